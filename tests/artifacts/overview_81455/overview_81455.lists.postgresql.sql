-- Third-party overview of code 81455: the policy `overview_81455`, no revision
-- sha256 ae68acf3ae7ae3fc7cb1c491e1221eafdb95a46bf3cc30340923f9906b31254a, ruleproof 0.1.0
--
-- When each list holds a code: for services from and until a day, as posted from and until a day.
-- A date that is null is an open end, and both ends belong to it. `held` is yes, elsewhere or unknown.
-- A code that is null stands for every code that the list does not name.

CREATE TABLE IF NOT EXISTS "overview_81455_lists" ("list" TEXT, "code" TEXT, "held" TEXT, "services_from" DATE, "services_until" DATE, "posted_from" DATE, "posted_until" DATE);
DELETE FROM "overview_81455_lists";
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_codes' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('CPT 81445|CPT 81449|CPT 81450|CPT 81451|CPT 81455|CPT 81456', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.01', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.10', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.11', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.41', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.51', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.61', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.91', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C92.Z1', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C93.01', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C94.01', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
INSERT INTO "overview_81455_lists" ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
SELECT 'overview_diagnoses' AS "list", listed.item AS "code", 'yes' AS "held", CAST(NULL AS DATE) AS "services_from", CAST(NULL AS DATE) AS "services_until", CAST(NULL AS DATE) AS "posted_from", CAST(NULL AS DATE) AS "posted_until" FROM (SELECT (place - 1)::INTEGER AS place, item FROM unnest(string_to_array('ICD C94.21', '|')) WITH ORDINALITY AS one(item, place)) AS listed;
ANALYZE "overview_81455_lists";
