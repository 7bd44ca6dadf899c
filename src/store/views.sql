-- Views for auditors: their names and columns are a contract, described column by column in
-- docs/audit.md. Each is dropped and made again at each start; they hold no data of their own.

DROP VIEW IF EXISTS audit_flags;
CREATE VIEW audit_flags AS
SELECT 'CW-' || printf('%04d', e.flag) AS flag,
       e.rule, e.rule_version, e.family, e.severity, e.state,
       e.subject_kind, e.subject_id,
       (SELECT value FROM facts f WHERE f.subject_kind = e.subject_kind AND f.subject_id = e.subject_id
          AND f.attribute = 'name' ORDER BY f.seq DESC LIMIT 1) AS subject_name,
       (SELECT max(at) FROM flag_events o WHERE o.flag = e.flag AND o.kind IN ('opened', 'reopened')) AS opened_at,
       e.at AS changed_at,
       CASE WHEN e.state IN ('cleared', 'superseded') THEN e.at END AS cleared_at,
       e.reason, e.evidence, e.by
FROM flag_events e
WHERE e.seq = (SELECT max(seq) FROM flag_events n WHERE n.flag = e.flag);

DROP VIEW IF EXISTS audit_flag_events;
CREATE VIEW audit_flag_events AS
SELECT seq, run, 'CW-' || printf('%04d', flag) AS flag, at, kind, state, rule, rule_version, severity,
       subject_kind, subject_id, reason, evidence, until, by
FROM flag_events;

DROP VIEW IF EXISTS audit_alerts;
CREATE VIEW audit_alerts AS
SELECT t.seq, t.at, 'CW-' || printf('%04d', t.flag) AS flag, t.opening, t.recipient, t.why, t.severity,
       t.outbox AS mail, o.kind, o.subject, o.message_id,
       CASE WHEN t.outbox IS NULL THEN t.detail END AS hushed_by
FROM tellings t LEFT JOIN outbox o ON o.seq = t.outbox;

DROP VIEW IF EXISTS audit_deliveries;
CREATE VIEW audit_deliveries AS
SELECT d.seq, d.outbox AS mail, o.alert, o.recipient, o.address, o.message_id, o.queued_at,
       d.attempt, d.at, d.state, d.step, d.reply, d.next_at
FROM deliveries d JOIN outbox o ON o.seq = d.outbox;

DROP VIEW IF EXISTS audit_runs;
CREATE VIEW audit_runs AS
SELECT r.seq AS run, r.job, r.scheduled_for, r.started_at, e.ended_at, coalesce(e.outcome, 'running') AS outcome,
       e.documents, e.facts, e.rejects, e.flags_opened, e.flags_cleared, e.mails_queued, e.mails_accepted, e.detail
FROM runs r LEFT JOIN run_ends e ON e.run = r.seq;

DROP VIEW IF EXISTS audit_fetches;
CREATE VIEW audit_fetches AS
SELECT f.seq, f.run, f.source, f.url, f.at, f.status, f.outcome, f.document, d.sha256, d.bytes, f.detail
FROM fetches f LEFT JOIN documents d ON d.seq = f.document;

DROP VIEW IF EXISTS audit_rejects;
CREATE VIEW audit_rejects AS
SELECT seq, run, source, document, at, place, reason FROM rejects;

DROP VIEW IF EXISTS audit_decisions;
CREATE VIEW audit_decisions AS
SELECT seq, at, kind, subject_kind, subject_id,
       CASE WHEN flag IS NOT NULL THEN 'CW-' || printf('%04d', flag) END AS flag,
       outbox AS mail, by, reason, until, detail
FROM decisions;

DROP VIEW IF EXISTS audit_ratings;
CREATE VIEW audit_ratings AS
SELECT f.seq, f.subject_id AS location_id,
       (SELECT value FROM facts n WHERE n.subject_kind = f.subject_kind AND n.subject_id = f.subject_id
          AND n.attribute = 'name' ORDER BY n.seq DESC LIMIT 1) AS location_name,
       CASE WHEN f.attribute LIKE 'saf.%' THEN 'saf' ELSE 'old' END AS framework,
       substr(f.attribute, instr(f.attribute, '.') + 1) AS question,
       f.value AS rating, f.effective AS published, f.observed_at, f.document, f.row
FROM facts f
WHERE f.attribute LIKE 'rating.%' OR (f.attribute LIKE 'saf.%'
      AND f.attribute NOT IN ('saf.services', 'saf.newest', 'saf.summary'));

DROP VIEW IF EXISTS audit_leaves;
CREATE VIEW audit_leaves AS
SELECT seq, at, kind, leaf FROM leaves;

DROP VIEW IF EXISTS audit_checks;
CREATE VIEW audit_checks AS
SELECT seq, run, at, kind, outcome, detail FROM checks;

DROP VIEW IF EXISTS audit_daemon_events;
CREATE VIEW audit_daemon_events AS
SELECT seq, at, kind, subject, scheduled_for, detail FROM daemon_events;

DROP VIEW IF EXISTS audit_returns;
CREATE VIEW audit_returns AS
SELECT r.seq AS submission, r.provider_id, r.period_start, r.period_end, r.version, r.came_on, r.at AS read_at,
       r.kept, r.rejects, r.source, r.file, r.document, r.template,
       v.value ->> '$.indicator' AS indicator, v.value ->> '$.value' AS value,
       v.value ->> '$.numerator' AS numerator, v.value ->> '$.denominator' AS denominator,
       v.value ->> '$.location_id' AS location_id, v.value ->> '$.zone' AS zone, v.value ->> '$.place' AS place
FROM returns r LEFT JOIN return_values b ON b.submission = r.seq LEFT JOIN json_each(b.body) v;

DROP VIEW IF EXISTS audit_returns_missing;
CREATE VIEW audit_returns_missing AS
SELECT s.provider_id, s.period_start, s.period_end, s.due_on, s.state, s.at AS since
FROM return_states s
WHERE s.state IN ('missing', 'refused')
  AND s.seq = (SELECT max(seq) FROM return_states n
               WHERE n.provider_id = s.provider_id AND n.period_start = s.period_start AND n.period_end = s.period_end);

DROP VIEW IF EXISTS audit_return_remarks;
CREATE VIEW audit_return_remarks AS
SELECT m.seq, m.submission, m.provider_id, m.period_start, m.period_end, r.version, m.at, m.kind, m.indicator,
       m.location_id, m.zone, r.file, r.document, m.place, m.sentence
FROM return_remarks m JOIN returns r ON r.seq = m.submission;

DROP VIEW IF EXISTS audit_return_letters;
CREATE VIEW audit_return_letters AS
SELECT l.seq, l.run, l.at, l.source, l.document, l.file,
       (SELECT group_concat(value, ', ') FROM json_each(l.providers)) AS providers, l.mail, o.recipient, o.message_id
FROM return_letters l LEFT JOIN outbox o ON o.seq = l.mail;
