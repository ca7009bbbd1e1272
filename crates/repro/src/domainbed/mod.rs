//! The DomainBed suite behind Tables 5, 8, 9 and 10: a vision transformer is fine-tuned on one
//! environment of a data set and measured on all four (the paper's section 5.3, appendix F).

pub mod command;
pub mod experiment;
pub mod run;
pub mod source;
pub mod suite;
pub mod train;
