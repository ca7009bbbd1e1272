//! Devices by name, so that every program and test names them alike.

use burn::tensor::Device;

/// Why a name stands for no device.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// No backend has this name.
    #[error("unknown device `{name}`; devices are flex, ndarray, wgpu and cuda[:N]")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The backend is a cargo feature that this build lacks.
    #[error("this build has no `{kind}` device; build it with `--features {kind}`")]
    NotBuilt {
        /// The backend, which is also the feature.
        kind: String,
    },
    /// The part after the colon is not a number.
    #[error("device `{name}`: `{index}` must be a number, as in cuda:0")]
    Index {
        /// What was asked for.
        name: String,
        /// Its part after the colon.
        index: String,
    },
    /// The backend has one device only.
    #[error("device `{name}`: only cuda has a number, as in cuda:0")]
    NoIndex {
        /// What was asked for.
        name: String,
    },
}

/// The device called `name`: `flex`, or `ndarray`, `wgpu`, `cuda`, `cuda:N` in a build with that
/// feature.
///
/// # Errors
/// A name that is unknown or not part of this build.
pub fn device(name: &str) -> Result<Device, DeviceError> {
    let (kind, index) = match name.split_once(':') {
        None => (name, 0),
        Some((kind @ "cuda", index)) => {
            let parsed = index.parse::<usize>().map_err(|_| DeviceError::Index {
                name: name.to_owned(),
                index: index.to_owned(),
            })?;
            (kind, parsed)
        }
        Some(_) => {
            return Err(DeviceError::NoIndex {
                name: name.to_owned(),
            });
        }
    };
    // Only CUDA numbers its devices.
    #[cfg(not(feature = "cuda"))]
    let _ = index;
    match kind {
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "ndarray")]
        // Upstream prefers flex, as does this project; ndarray is there for comparison.
        #[allow(deprecated)]
        "ndarray" => Ok(Device::ndarray()),
        #[cfg(feature = "wgpu")]
        "wgpu" => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(index)),
        // Those that are in this build have an arm above.
        #[allow(unreachable_patterns)]
        "ndarray" | "wgpu" | "cuda" => Err(DeviceError::NotBuilt {
            kind: kind.to_owned(),
        }),
        _ => Err(DeviceError::Unknown {
            name: name.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_in_every_build() {
        assert_eq!(device("flex"), Ok(Device::flex()));
    }

    #[test]
    fn names_that_stand_for_nothing_say_what_was_expected() {
        let message = |name: &str| device(name).unwrap_err().to_string();
        assert!(message("gpu").contains("devices are flex, ndarray, wgpu and cuda[:N]"));
        assert!(message("cuda:x").contains("`x` must be a number"));
        assert!(message("wgpu:1").contains("only cuda has a number"));
        #[cfg(not(feature = "cuda"))]
        assert!(message("cuda:1").contains("build it with `--features cuda`"));
    }
}
