mod alarms;
mod change;
mod funnel;
mod properties;
mod table;
mod working;
mod xmr;
