-- Third-party overview of code 81455: the policy `overview_81455`, no revision
-- sha256 ae68acf3ae7ae3fc7cb1c491e1221eafdb95a46bf3cc30340923f9906b31254a, ruleproof 0.1.0
--
-- A view for Snowflake over the table "CLAIMS": SELECT * FROM "OVERVIEW_81455";
-- Another table: change the name where it stands behind FROM.
-- It has the columns of claims, then the answers; a row that cannot be judged has the reason in `refused`.
-- A null is missing.
-- It answers by all that has been posted. These are the columns that it needs:
-- tissue VARCHAR: one of solid_organ, hematolymphoid
-- analyte VARCHAR: one of dna, rna
-- genes an integer: a whole number from 1 to 25000
-- structure BOOLEAN: yes or no

CREATE OR REPLACE VIEW "OVERVIEW_81455" AS
WITH "RULEPROOF_CHECKED" AS (
  SELECT c.*,
    CASE
    WHEN ("TISSUE" IS NULL OR coalesce("TISSUE" NOT IN ('hematolymphoid', 'solid_organ'), FALSE)) THEN '`tissue` is not one of solid_organ, hematolymphoid'
    WHEN ("ANALYTE" IS NULL OR coalesce("ANALYTE" NOT IN ('dna', 'rna'), FALSE)) THEN '`analyte` is not one of dna, rna'
    WHEN ("GENES" IS NULL OR coalesce("GENES" NOT BETWEEN 1 AND 25000, FALSE)) THEN '`genes` is not a whole number from 1 to 25000'
    WHEN "STRUCTURE" IS NULL THEN '`structure` is not yes or no'
    ELSE CAST(NULL AS VARCHAR) END AS "RULEPROOF_REFUSED"
  FROM "CLAIMS" AS c
), "RULEPROOF_JUDGED" AS (
  SELECT c.*,
    
    -- overview_code
    CASE WHEN "RULEPROOF_REFUSED" IS NULL THEN CASE
    WHEN "GENES" <= 4 THEN 0
    WHEN ("GENES" >= 5 AND "GENES" <= 50) THEN CASE
      WHEN "TISSUE" = 'solid_organ' THEN CASE
        WHEN "ANALYTE" = 'dna' THEN 1
        ELSE 2 END
      ELSE CASE
        WHEN "ANALYTE" = 'dna' THEN 3
        ELSE 4 END END
    ELSE CASE
      WHEN "ANALYTE" = 'dna' THEN CASE
        WHEN "STRUCTURE" THEN 5
        ELSE 6 END
      ELSE 7 END END END AS "RULEPROOF_ANSWER_1"
  FROM "RULEPROOF_CHECKED" AS c
)
SELECT * EXCLUDE ("RULEPROOF_REFUSED", "RULEPROOF_ANSWER_1"),
  CASE
    WHEN "RULEPROOF_ANSWER_1" IN (1) THEN 'CPT 81445'
    WHEN "RULEPROOF_ANSWER_1" IN (2) THEN 'CPT 81449'
    WHEN "RULEPROOF_ANSWER_1" IN (3) THEN 'CPT 81450'
    WHEN "RULEPROOF_ANSWER_1" IN (4) THEN 'CPT 81451'
    WHEN "RULEPROOF_ANSWER_1" IN (5) THEN 'CPT 81455'
    WHEN "RULEPROOF_ANSWER_1" IN (7) THEN 'CPT 81456'
    END AS "OVERVIEW_CODE",
  CASE
    WHEN "RULEPROOF_ANSWER_1" IN (0) THEN 'out of scope'
    WHEN "RULEPROOF_ANSWER_1" IN (1, 2, 3, 4, 5, 7) THEN 'outcome'
    WHEN "RULEPROOF_ANSWER_1" IN (6) THEN 'left open'
    END AS "OVERVIEW_CODE.KIND",
  CASE
    WHEN "RULEPROOF_ANSWER_1" IN (1, 2, 3, 4, 5, 7) THEN 'consider'
    END AS "OVERVIEW_CODE.FORCE",
  CASE
    WHEN "RULEPROOF_ANSWER_1" IN (1) THEN 'O3'
    WHEN "RULEPROOF_ANSWER_1" IN (2) THEN 'O5'
    WHEN "RULEPROOF_ANSWER_1" IN (3) THEN 'O4'
    WHEN "RULEPROOF_ANSWER_1" IN (4) THEN 'O6'
    WHEN "RULEPROOF_ANSWER_1" IN (5) THEN 'O1'
    WHEN "RULEPROOF_ANSWER_1" IN (6) THEN 'G1'
    WHEN "RULEPROOF_ANSWER_1" IN (7) THEN 'O2'
    END AS "OVERVIEW_CODE.RULES",
  "RULEPROOF_REFUSED" AS "REFUSED"
FROM "RULEPROOF_JUDGED";

-- One expression each, of the columns of a row that is not refused: the outcome, or the state.

-- overview_code:
--   CASE
--     WHEN "GENES" <= 4 THEN CAST(NULL AS VARCHAR)
--     WHEN ("GENES" >= 5 AND "GENES" <= 50) THEN CASE
--       WHEN "TISSUE" = 'solid_organ' THEN CASE
--         WHEN "ANALYTE" = 'dna' THEN 'CPT 81445'
--         ELSE 'CPT 81449' END
--       ELSE CASE
--         WHEN "ANALYTE" = 'dna' THEN 'CPT 81450'
--         ELSE 'CPT 81451' END END
--     ELSE CASE
--       WHEN "ANALYTE" = 'dna' THEN CASE
--         WHEN "STRUCTURE" THEN 'CPT 81455'
--         ELSE CAST(NULL AS VARCHAR) END
--       ELSE 'CPT 81456' END END
