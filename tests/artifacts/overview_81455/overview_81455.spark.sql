-- Third-party overview of code 81455: the policy `overview_81455`, no revision
-- sha256 ae68acf3ae7ae3fc7cb1c491e1221eafdb95a46bf3cc30340923f9906b31254a, ruleproof 0.1.0
--
-- A view for Spark over the table `claims`: SELECT * FROM `overview_81455`;
-- Another table: change the name where it stands behind FROM.
-- It has the columns of claims, then the answers; a row that cannot be judged has the reason in `refused`.
-- A null is missing.
-- It answers by all that has been posted. These are the columns that it needs:
-- tissue STRING: one of solid_organ, hematolymphoid
-- analyte STRING: one of dna, rna
-- genes an integer: a whole number from 1 to 25000
-- structure BOOLEAN: yes or no

CREATE OR REPLACE TEMPORARY VIEW `overview_81455` AS
WITH `ruleproof_checked` AS (
  SELECT c.*,
    CASE
    WHEN (`tissue` IS NULL OR coalesce(`tissue` NOT IN ('hematolymphoid', 'solid_organ'), FALSE)) THEN '`tissue` is not one of solid_organ, hematolymphoid'
    WHEN (`analyte` IS NULL OR coalesce(`analyte` NOT IN ('dna', 'rna'), FALSE)) THEN '`analyte` is not one of dna, rna'
    WHEN (`genes` IS NULL OR coalesce(`genes` NOT BETWEEN 1 AND 25000, FALSE)) THEN '`genes` is not a whole number from 1 to 25000'
    WHEN `structure` IS NULL THEN '`structure` is not yes or no'
    ELSE CAST(NULL AS STRING) END AS `ruleproof_refused`
  FROM `claims` AS c
), `ruleproof_judged` AS (
  SELECT c.*,
    
    -- overview_code
    CASE WHEN `ruleproof_refused` IS NULL THEN CASE
    WHEN `genes` <= 4 THEN 0
    WHEN (`genes` >= 5 AND `genes` <= 50) THEN CASE
      WHEN `tissue` = 'solid_organ' THEN CASE
        WHEN `analyte` = 'dna' THEN 1
        ELSE 2 END
      ELSE CASE
        WHEN `analyte` = 'dna' THEN 3
        ELSE 4 END END
    ELSE CASE
      WHEN `analyte` = 'dna' THEN CASE
        WHEN `structure` THEN 5
        ELSE 6 END
      ELSE 7 END END END AS `ruleproof_answer_1`
  FROM `ruleproof_checked` AS c
)
SELECT * EXCEPT (`ruleproof_refused`, `ruleproof_answer_1`),
  CASE
    WHEN `ruleproof_answer_1` IN (1) THEN 'CPT 81445'
    WHEN `ruleproof_answer_1` IN (2) THEN 'CPT 81449'
    WHEN `ruleproof_answer_1` IN (3) THEN 'CPT 81450'
    WHEN `ruleproof_answer_1` IN (4) THEN 'CPT 81451'
    WHEN `ruleproof_answer_1` IN (5) THEN 'CPT 81455'
    WHEN `ruleproof_answer_1` IN (7) THEN 'CPT 81456'
    END AS `overview_code`,
  CASE
    WHEN `ruleproof_answer_1` IN (0) THEN 'out of scope'
    WHEN `ruleproof_answer_1` IN (1, 2, 3, 4, 5, 7) THEN 'outcome'
    WHEN `ruleproof_answer_1` IN (6) THEN 'left open'
    END AS `overview_code.kind`,
  CASE
    WHEN `ruleproof_answer_1` IN (1, 2, 3, 4, 5, 7) THEN 'consider'
    END AS `overview_code.force`,
  CASE
    WHEN `ruleproof_answer_1` IN (1) THEN 'O3'
    WHEN `ruleproof_answer_1` IN (2) THEN 'O5'
    WHEN `ruleproof_answer_1` IN (3) THEN 'O4'
    WHEN `ruleproof_answer_1` IN (4) THEN 'O6'
    WHEN `ruleproof_answer_1` IN (5) THEN 'O1'
    WHEN `ruleproof_answer_1` IN (6) THEN 'G1'
    WHEN `ruleproof_answer_1` IN (7) THEN 'O2'
    END AS `overview_code.rules`,
  `ruleproof_refused` AS `refused`
FROM `ruleproof_judged`;

-- One expression each, of the columns of a row that is not refused: the outcome, or the state.

-- overview_code:
--   CASE
--     WHEN `genes` <= 4 THEN CAST(NULL AS STRING)
--     WHEN (`genes` >= 5 AND `genes` <= 50) THEN CASE
--       WHEN `tissue` = 'solid_organ' THEN CASE
--         WHEN `analyte` = 'dna' THEN 'CPT 81445'
--         ELSE 'CPT 81449' END
--       ELSE CASE
--         WHEN `analyte` = 'dna' THEN 'CPT 81450'
--         ELSE 'CPT 81451' END END
--     ELSE CASE
--       WHEN `analyte` = 'dna' THEN CASE
--         WHEN `structure` THEN 'CPT 81455'
--         ELSE CAST(NULL AS STRING) END
--       ELSE 'CPT 81456' END END
