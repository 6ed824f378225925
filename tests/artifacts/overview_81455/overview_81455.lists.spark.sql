-- Third-party overview of code 81455: the policy `overview_81455`, no revision
-- sha256 ae68acf3ae7ae3fc7cb1c491e1221eafdb95a46bf3cc30340923f9906b31254a, ruleproof 0.1.0
--
-- When each list holds a code: for services from and until a day, as posted from and until a day.
-- A date that is null is an open end, and both ends belong to it. `held` is yes, elsewhere or unknown.
-- A code that is null stands for every code that the list does not name.

CREATE OR REPLACE TEMPORARY VIEW `overview_81455_lists` AS
SELECT 'overview_codes' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('CPT 81445|CPT 81449|CPT 81450|CPT 81451|CPT 81455|CPT 81456', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.01', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.10', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.11', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.41', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.51', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.61', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.91', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C92.Z1', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C93.01', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C94.01', '[|]')) AS (place, item)) AS listed
UNION ALL
SELECT 'overview_diagnoses' AS `list`, listed.item AS `code`, 'yes' AS `held`, CAST(NULL AS DATE) AS `services_from`, CAST(NULL AS DATE) AS `services_until`, CAST(NULL AS DATE) AS `posted_from`, CAST(NULL AS DATE) AS `posted_until` FROM (SELECT posexplode(split('ICD C94.21', '[|]')) AS (place, item)) AS listed;
