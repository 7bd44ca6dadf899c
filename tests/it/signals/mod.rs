mod alarms;
mod funnel;
mod properties;
mod table;
mod working;
mod xmr;
