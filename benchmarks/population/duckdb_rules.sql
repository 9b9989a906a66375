-- The sixteen rules of `rules/*.yaml`, written by hand for DuckDB, with the answers of cds for every patient.
-- Given: views on the files of a population, and the variable `moment` (TIMESTAMPTZ).
-- Three values: a number or a condition that is not known is NULL, and AND, OR and NOT do the rest. Limits that the
-- ruleset does not set are infinitely far away.

-- Comparisons see the nearest 1e-9; a reading counts once however often it was sent.
CREATE OR REPLACE TEMP MACRO without_noise(x) AS CASE WHEN abs(x) > 4e6 THEN x ELSE floor(x * 1e9 + 0.5) / 1e9 END;
CREATE OR REPLACE TEMP MACRO to_tenths(x) AS floor(without_noise(x * 10) + 0.5) / 10;
CREATE OR REPLACE TEMP MACRO midnight(day) AS timezone('Europe/Oslo', day::TIMESTAMP);

SET VARIABLE today = timezone('Europe/Oslo', getvariable('moment'))::DATE;
SET VARIABLE since_yesterday = midnight(getvariable('today') - 1);
SET VARIABLE since_3_days = midnight(getvariable('today') - 3);
SET VARIABLE last_7_days = midnight(getvariable('today') - 6);
SET VARIABLE since_7_days = midnight(getvariable('today') - 7);
SET VARIABLE last_14_days = midnight(getvariable('today') - 13);
SET VARIABLE first_day = (getvariable('today') - INTERVAL 12 MONTH)::DATE;
SET VARIABLE last_year = midnight(getvariable('first_day'));
SET VARIABLE last_14_dose_days = timezone('Europe/Oslo',
  (timezone('Europe/Oslo', getvariable('moment')) - INTERVAL 3 HOUR)::DATE::TIMESTAMP - INTERVAL 13 DAY + INTERVAL 3 HOUR);

-- Days of the last week, 0 = today; seven comparisons cost less than a civil day for each row.
CREATE OR REPLACE TEMP MACRO days_ago(time) AS (time < midnight(getvariable('today')))::TINYINT
  + (time < midnight(getvariable('today') - 1))::TINYINT + (time < midnight(getvariable('today') - 2))::TINYINT
  + (time < midnight(getvariable('today') - 3))::TINYINT + (time < midnight(getvariable('today') - 4))::TINYINT
  + (time < midnight(getvariable('today') - 5))::TINYINT;

-- What a unit makes of a number, and what no living person can have. A kind takes one byte in a row.
CREATE TYPE measured AS ENUM ('blood_pressure.systolic', 'blood_pressure.diastolic', 'body_weight', 'oxygen_saturation',
  'glucose', 'peak_expiratory_flow', 'body_temperature', 'heart_rate');
CREATE OR REPLACE TEMP TABLE units AS
SELECT kind::measured AS kind, unit, numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator, shift::DOUBLE AS shift
FROM (VALUES
  ('blood_pressure.systolic', 'mmHg', 1, 1, 0), ('blood_pressure.systolic', 'mm[Hg]', 1, 1, 0),
  ('blood_pressure.diastolic', 'mmHg', 1, 1, 0), ('blood_pressure.diastolic', 'mm[Hg]', 1, 1, 0),
  ('body_weight', 'kg', 1, 1, 0), ('body_weight', 'g', 1, 1000, 0),
  ('body_weight', 'lb', 45359237, 100000000, 0), ('body_weight', '[lb_av]', 45359237, 100000000, 0),
  ('oxygen_saturation', '%', 1, 1, 0),
  ('glucose', 'mmol/L', 1, 1, 0), ('glucose', 'mg/dL', 2500, 45039, 0),
  ('peak_expiratory_flow', 'L/min', 1, 1, 0), ('peak_expiratory_flow', 'L/s', 60, 1, 0),
  ('body_temperature', '°C', 1, 1, 0), ('body_temperature', 'Cel', 1, 1, 0),
  ('body_temperature', '°F', 5, 9, -32), ('body_temperature', '[degF]', 5, 9, -32),
  ('heart_rate', '/min', 1, 1, 0), ('heart_rate', 'bpm', 1, 1, 0)
) AS units(kind, unit, numerator, denominator, shift);
CREATE OR REPLACE TEMP TABLE codes AS
SELECT code, code::measured AS kind, low::DOUBLE AS low, high::DOUBLE AS high, since
FROM (VALUES
  ('blood_pressure.systolic', 30, 300, getvariable('last_7_days')),
  ('blood_pressure.diastolic', 10, 200, getvariable('last_7_days')),
  ('body_weight', 0.3, 650, getvariable('since_7_days')),
  ('oxygen_saturation', 10, 100, getvariable('since_yesterday')),
  ('glucose', 0.1, 150, getvariable('last_14_days')),
  ('peak_expiratory_flow', 10, 1000, getvariable('since_yesterday')),
  ('body_temperature', 30, 45, getvariable('since_yesterday')),
  ('heart_rate', 10, 300, getvariable('since_yesterday'))
) AS codes(code, low, high, since);

-- Home readings. quality: 0 usable, 1 impossible, 2 in a unit that is not understood. A row without a time may have
-- been of any time: the patient's readings of that kind are then not known in full.
CREATE OR REPLACE TEMP TABLE readings AS
WITH taken AS (
  SELECT patient, kind, time, value AS raw, observations.unit, units.unit IS NOT NULL AS is_understood,
    (value + shift) * numerator / denominator AS converted, low, high
  FROM observations
  JOIN codes USING (code)
  LEFT JOIN units USING (kind, unit)
  WHERE time <= getvariable('moment') AND time >= getvariable('last_14_days') AND time >= since AND value IS NOT NULL
)
SELECT DISTINCT patient, kind, time,
  CASE WHEN NOT isfinite(raw) THEN 1 WHEN NOT is_understood THEN 2
    WHEN without_noise(converted) BETWEEN low AND high THEN 0 ELSE 1 END::TINYINT AS quality,
  CASE WHEN isfinite(raw) AND is_understood THEN without_noise(converted) ELSE 0 END AS value,
  CASE WHEN unit = 'mg/dL' THEN raw END AS raw
FROM taken;

CREATE OR REPLACE TEMP TABLE untimed AS
SELECT DISTINCT patient, split_part(code, '.', 1) AS concept FROM observations WHERE time IS NULL;

-- Blood pressure over a week: each part has its readings, at least 12 on 4 days.
CREATE OR REPLACE TEMP TABLE pressures AS
WITH parts AS (
  SELECT patient, kind, CASE WHEN count(*) >= 12 AND bit_count(bit_or(1 << days_ago(time))) >= 4 THEN avg(value) END AS mean
  FROM readings
  WHERE kind IN ('blood_pressure.systolic', 'blood_pressure.diastolic') AND quality = 0
  GROUP BY patient, kind
)
SELECT patient, any_value(mean) FILTER (kind = 'blood_pressure.systolic') AS systolic,
  any_value(mean) FILTER (kind = 'blood_pressure.diastolic') AS diastolic
FROM parts GROUP BY patient;

-- The newest instant of each kind, and whether all that is said of it is one usable number. Parts of a pressure sent at
-- one instant belong together where each is there once; else each row is a reading without its other part.
CREATE OR REPLACE TEMP TABLE instants AS
SELECT patient, kind, time, count(*) = 1 AND max(quality) = 0 AS is_told, any_value(value) AS value
FROM readings
WHERE kind NOT IN ('blood_pressure.systolic', 'blood_pressure.diastolic', 'glucose') AND quality <> 1
GROUP BY patient, kind, time
UNION ALL
SELECT patient, 'blood_pressure.systolic'::measured, time,
  usable = 1 AND quality = 0 AND (diastolic = 0 OR (systolic = 1 AND diastolic = 1)), value
FROM (
  SELECT patient, time,
    count(*) FILTER (is_systolic) AS systolic,
    count(*) FILTER (NOT is_systolic) AS diastolic,
    count(*) FILTER (is_systolic AND quality <> 1) AS usable,
    max(quality) FILTER (is_systolic AND quality <> 1) AS quality,
    any_value(value) FILTER (is_systolic AND quality <> 1) AS value
  FROM (SELECT *, kind = 'blood_pressure.systolic' AS is_systolic FROM readings)
  WHERE kind IN ('blood_pressure.systolic', 'blood_pressure.diastolic') AND time >= getvariable('since_yesterday')
  GROUP BY patient, time
)
WHERE usable > 0 OR (diastolic > 0 AND NOT (systolic = 1 AND diastolic = 1));

CREATE OR REPLACE TEMP TABLE newest AS
SELECT patient, kind, max(time) AS time,
  CASE WHEN arg_max(is_told, time) AND max(time) >= getvariable('since_yesterday') THEN arg_max(value, time) END AS value
FROM instants
GROUP BY patient, kind;

-- Weight: the newest beside the extremes before it.
CREATE OR REPLACE TEMP TABLE weights AS
SELECT patient,
  any_value(newest.value) - min(readings.value) FILTER (readings.time >= getvariable('since_3_days')) AS gain,
  max(readings.value) - any_value(newest.value) AS loss
FROM newest
JOIN readings USING (patient, kind)
WHERE kind = 'body_weight' AND newest.value IS NOT NULL AND quality = 0 AND readings.time < newest.time
GROUP BY patient;

CREATE OR REPLACE TEMP TABLE latest AS
SELECT patient,
  any_value(value) FILTER (kind = 'blood_pressure.systolic') AS systolic,
  any_value(value) FILTER (kind = 'oxygen_saturation') AS saturation,
  any_value(value) FILTER (kind = 'peak_expiratory_flow') AS peak_flow,
  any_value(value) FILTER (kind = 'body_temperature') AS temperature,
  any_value(value) FILTER (kind = 'heart_rate') AS pulse
FROM newest
GROUP BY patient;

-- Limits of the patient's own: of those in force, the one that began last. NULL = the patient has none, NaN = nobody
-- knows what it is.
CREATE OR REPLACE TEMP TABLE limit_units AS
SELECT "limit", unit, numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator, shift::DOUBLE AS shift,
  low::DOUBLE AS low, high::DOUBLE AS high
FROM (VALUES
  ('systolic_high', 'mmHg', 110, 160), ('diastolic_high', 'mmHg', 70, 100),
  ('systolic_low_orange', 'mmHg', 80, 120), ('systolic_low_red', 'mmHg', 70, 110),
  ('gain_yellow', 'kg', 0.5, 5), ('gain_red', 'kg', 1, 8), ('loss_yellow', 'kg', 1, 6),
  ('saturation_yellow', '%', 80, 94), ('saturation_red', '%', 70, 92),
  ('glucose_low', 'mmol/L', 3.5, 5.5), ('glucose_high', 'mmol/L', 6, 20),
  ('lows_in_a_week', 'readings', 2, 21), ('least_in_range', '%', 30, 100),
  ('personal_best', 'L/min', 100, 900), ('pef_yellow_share', '%', 70, 90),
  ('temperature_high_yellow', '°C', 37, 39.5), ('temperature_high_orange', '°C', 37.5, 40.5),
  ('pulse_high_yellow', '/min', 80, 140), ('pulse_high_orange', '/min', 90, 160), ('pulse_high_red', '/min', 100, 180),
  ('statin_least', '%', 50, 100), ('ras_least', '%', 50, 100), ('diabetes_least', '%', 50, 100),
  ('missed_red', 'doses', 1, 6), ('taken_least', '%', 50, 100)
) AS allowed("limit", field, low, high)
JOIN (VALUES
  ('mmHg', 'mmHg', 1, 1, 0), ('mmHg', 'mm[Hg]', 1, 1, 0), ('kg', 'kg', 1, 1, 0), ('kg', 'g', 1, 1000, 0),
  ('kg', 'lb', 45359237, 100000000, 0), ('kg', '[lb_av]', 45359237, 100000000, 0), ('%', '%', 1, 1, 0),
  ('mmol/L', 'mmol/L', 1, 1, 0), ('mmol/L', 'mg/dL', 2500, 45039, 0), ('readings', 'readings', 1, 1, 0),
  ('L/min', 'L/min', 1, 1, 0), ('L/min', 'L/s', 60, 1, 0), ('°C', '°C', 1, 1, 0), ('°C', 'Cel', 1, 1, 0),
  ('°C', '°F', 5, 9, -32), ('°C', '[degF]', 5, 9, -32), ('/min', '/min', 1, 1, 0), ('/min', 'bpm', 1, 1, 0),
  ('doses', 'doses', 1, 1, 0)
) AS fitting(field, unit, numerator, denominator, shift) USING (field);

CREATE OR REPLACE TEMP TABLE own_limits AS
WITH stated AS (
  SELECT limits.patient, limits."limit", limits.value AS written, limits.unit,
    coalesce(NOT isfinite(limits.value), true) OR coalesce(until < "from", false) AS is_unreadable,
    NOT is_unreadable AND coalesce(until >= getvariable('today'), true) AS is_current,
    coalesce("from", DATE '0001-01-01') AS since,
    (limits.value + shift) * numerator / denominator AS converted,
    coalesce(without_noise(converted) BETWEEN low AND high, false) AS is_valid
  FROM limits LEFT JOIN limit_units USING ("limit", unit)
  WHERE coalesce("from" <= getvariable('today'), true) OR NOT isfinite(limits.value) OR until < "from"
), ranked AS (
  SELECT *, is_current AND since = max(since) FILTER (is_current) OVER each_limit AS is_in_force,
    bool_or(is_unreadable) OVER each_limit AS is_spoilt
  FROM stated WINDOW each_limit AS (PARTITION BY patient, "limit")
), resolved AS (
  SELECT patient, "limit",
    CASE WHEN NOT bool_or(is_spoilt) AND bool_and(is_valid) FILTER (is_in_force)
        AND min(without_noise(converted)) FILTER (is_in_force) = max(without_noise(converted)) FILTER (is_in_force)
      THEN any_value(converted) FILTER (is_in_force) ELSE 'NaN'::DOUBLE END AS value,
    any_value(written) FILTER (is_in_force AND unit = 'mg/dL') AS in_mg
  FROM ranked GROUP BY patient, "limit"
  UNION ALL  -- nobody can tell which limit a misspelt one was meant for
  SELECT patient, known."limit", 'NaN'::DOUBLE, NULL
  FROM (SELECT DISTINCT patient FROM limits WHERE "limit" NOT IN (SELECT "limit" FROM limit_units))
  CROSS JOIN (SELECT DISTINCT "limit" FROM limit_units) AS known
)
SELECT patient,
  max(in_mg) FILTER ("limit" = 'glucose_low') AS glucose_low_mg,
  max(in_mg) FILTER ("limit" = 'glucose_high') AS glucose_high_mg,
  max(value) FILTER ("limit" = 'systolic_high') AS systolic_high,
  max(value) FILTER ("limit" = 'diastolic_high') AS diastolic_high,
  max(value) FILTER ("limit" = 'systolic_low_orange') AS systolic_low_orange,
  max(value) FILTER ("limit" = 'systolic_low_red') AS systolic_low_red,
  max(value) FILTER ("limit" = 'gain_yellow') AS gain_yellow,
  max(value) FILTER ("limit" = 'gain_red') AS gain_red,
  max(value) FILTER ("limit" = 'loss_yellow') AS loss_yellow,
  max(value) FILTER ("limit" = 'saturation_yellow') AS saturation_yellow,
  max(value) FILTER ("limit" = 'saturation_red') AS saturation_red,
  max(value) FILTER ("limit" = 'glucose_low') AS glucose_low,
  max(value) FILTER ("limit" = 'glucose_high') AS glucose_high,
  max(value) FILTER ("limit" = 'lows_in_a_week') AS lows_in_a_week,
  max(value) FILTER ("limit" = 'least_in_range') AS least_in_range,
  max(value) FILTER ("limit" = 'personal_best') AS personal_best,
  max(value) FILTER ("limit" = 'pef_yellow_share') AS pef_yellow_share,
  max(value) FILTER ("limit" = 'temperature_high_yellow') AS temperature_high_yellow,
  max(value) FILTER ("limit" = 'temperature_high_orange') AS temperature_high_orange,
  max(value) FILTER ("limit" = 'pulse_high_yellow') AS pulse_high_yellow,
  max(value) FILTER ("limit" = 'pulse_high_orange') AS pulse_high_orange,
  max(value) FILTER ("limit" = 'pulse_high_red') AS pulse_high_red,
  max(value) FILTER ("limit" = 'statin_least') AS statin_least,
  max(value) FILTER ("limit" = 'ras_least') AS ras_least,
  max(value) FILTER ("limit" = 'diabetes_least') AS diabetes_least,
  max(value) FILTER ("limit" = 'missed_red') AS missed_red,
  max(value) FILTER ("limit" = 'taken_least') AS taken_least
FROM resolved GROUP BY patient;

-- The limits that count: the patient's own, else the ruleset's; two that are not in order are both unknown.
CREATE OR REPLACE TEMP MACRO counting(own, usual) AS CASE WHEN isnan(own) THEN NULL ELSE coalesce(own, usual) END;
CREATE OR REPLACE TEMP MACRO in_order(high, usual_high, low, usual_low) AS
  (high IS NULL AND low IS NULL) OR coalesce(isnan(high), false) OR coalesce(isnan(low), false)
  OR without_noise(coalesce(high, usual_high)) > without_noise(coalesce(low, usual_low));
CREATE OR REPLACE TEMP TABLE limits_of AS
WITH ordered AS (
  SELECT *,
    in_order(systolic_low_orange, 100, systolic_low_red, 90) AS pressures_in_order,
    in_order(gain_red, 'inf'::DOUBLE, gain_yellow, 2) AS gains_in_order,
    in_order(saturation_yellow, 90, saturation_red, '-inf'::DOUBLE) AS saturations_in_order,
    in_order(glucose_high, 10, glucose_low, 3.9) AS glucoses_in_order,
    in_order(temperature_high_orange, 39.1, temperature_high_yellow, 38.1) AS temperatures_in_order,
    in_order(pulse_high_orange, 111, pulse_high_yellow, 91) AS low_pulses_in_order,
    in_order(pulse_high_red, 131, pulse_high_orange, 111) AS high_pulses_in_order
  FROM patients LEFT JOIN own_limits ON patient = id
)
SELECT id AS patient,
  CASE WHEN birth_date <= getvariable('today') THEN birth_date <= getvariable('today') - INTERVAL 18 YEAR END AS is_adult,
  counting(systolic_high, 135) AS systolic_high,
  counting(diastolic_high, 85) AS diastolic_high,
  CASE WHEN pressures_in_order THEN counting(systolic_low_orange, 100) END AS systolic_low_orange,
  CASE WHEN pressures_in_order THEN counting(systolic_low_red, 90) END AS systolic_low_red,
  CASE WHEN gains_in_order THEN counting(gain_yellow, 2) END AS gain_yellow,
  CASE WHEN gains_in_order THEN counting(gain_red, 'inf'::DOUBLE) END AS gain_red,
  counting(loss_yellow, 2.27) AS loss_yellow,
  CASE WHEN saturations_in_order THEN counting(saturation_yellow, 90) END AS saturation_yellow,
  CASE WHEN saturations_in_order THEN counting(saturation_red, '-inf'::DOUBLE) END AS saturation_red,
  CASE WHEN glucoses_in_order THEN counting(glucose_low, 3.9) END AS glucose_low,
  CASE WHEN glucoses_in_order THEN counting(glucose_high, 10) END AS glucose_high,
  CASE WHEN glucose_low IS NULL THEN 70 ELSE coalesce(glucose_low_mg, glucose_low * 45039 / 2500) END AS glucose_low_mg,
  CASE WHEN glucose_high IS NULL THEN 180 ELSE coalesce(glucose_high_mg, glucose_high * 45039 / 2500) END AS glucose_high_mg,
  counting(lows_in_a_week, 3) AS lows_in_a_week,
  counting(least_in_range, 70) AS least_in_range,
  personal_best, counting(pef_yellow_share, 80) AS pef_yellow_share,
  CASE WHEN temperatures_in_order THEN counting(temperature_high_yellow, 38.1) END AS temperature_high_yellow,
  CASE WHEN temperatures_in_order THEN counting(temperature_high_orange, 39.1) END AS temperature_high_orange,
  CASE WHEN low_pulses_in_order THEN counting(pulse_high_yellow, 91) END AS pulse_high_yellow,
  CASE WHEN low_pulses_in_order AND high_pulses_in_order THEN counting(pulse_high_orange, 111) END AS pulse_high_orange,
  CASE WHEN high_pulses_in_order THEN counting(pulse_high_red, 131) END AS pulse_high_red,
  counting(statin_least, 80) AS statin_least,
  counting(ras_least, 80) AS ras_least,
  counting(diabetes_least, 80) AS diabetes_least,
  counting(missed_red, 2) AS missed_red,
  counting(taken_least, 80) AS taken_least
FROM ordered;

-- Glucose is compared in the unit in which it arrived.
CREATE OR REPLACE TEMP TABLE glucoses AS
SELECT patient,
  count(*) AS readings,
  count(*) FILTER (readings.time >= getvariable('last_7_days')) AS readings_in_a_week,
  count(*) FILTER (readings.time >= getvariable('last_7_days')
    AND CASE WHEN raw IS NULL THEN value < without_noise(glucose_low)
      ELSE without_noise(raw) < without_noise(glucose_low_mg) END) AS lows,
  100.0 * count(*) FILTER (CASE WHEN raw IS NULL
      THEN value BETWEEN without_noise(glucose_low) AND without_noise(glucose_high)
      ELSE without_noise(raw) BETWEEN without_noise(glucose_low_mg) AND without_noise(glucose_high_mg) END)
    / count(*) AS in_range
FROM readings JOIN limits_of USING (patient)
WHERE kind = 'glucose' AND quality = 0
GROUP BY patient;

-- Diagnoses, dispensers and medicines in use: true where one that is certain holds, unknown where one that is not does.
CREATE OR REPLACE TEMP MACRO holds(since, until) AS
  coalesce(since <= getvariable('moment'), true) AND coalesce(until > getvariable('moment'), true);
CREATE OR REPLACE TEMP TABLE diagnoses AS
WITH held AS (
  SELECT patient, holds("from", "to") AS is_now, certain,
    CASE WHEN code LIKE 'I50%' OR code LIKE 'I11.0%' OR code LIKE 'I13.0%' OR code LIKE 'I13.2%' THEN 'heart_failure'
      WHEN code LIKE 'E10%' OR code LIKE 'E11%' OR code LIKE 'E12%' OR code LIKE 'E13%' OR code LIKE 'E14%' THEN 'diabetes'
      WHEN code LIKE 'J44%' THEN 'copd'
      WHEN code LIKE 'J45%' OR code LIKE 'J46%' THEN 'asthma'
      WHEN code LIKE 'Z33%' OR code LIKE 'Z34%' OR code LIKE 'Z35%' OR code LIKE 'Z32.1%' THEN 'pregnancy' END AS diagnosis
  FROM conditions WHERE system = 'ICD-10'
)
SELECT patient,
  max(CASE WHEN is_now THEN certain::INT + 1 ELSE 0 END) FILTER (diagnosis = 'heart_failure') AS heart_failure,
  max(CASE WHEN is_now THEN certain::INT + 1 ELSE 0 END) FILTER (diagnosis = 'diabetes') AS diabetes,
  max(CASE WHEN is_now THEN certain::INT + 1 ELSE 0 END) FILTER (diagnosis = 'copd') AS copd,
  max(CASE WHEN is_now THEN certain::INT + 1 ELSE 0 END) FILTER (diagnosis = 'asthma') AS asthma,
  max(CASE WHEN is_now THEN certain::INT + 1 ELSE 0 END) FILTER (diagnosis = 'pregnancy') AS pregnancy
FROM held GROUP BY patient;
CREATE OR REPLACE TEMP MACRO has(found) AS CASE WHEN found = 2 THEN true WHEN coalesce(found, 0) = 0 THEN false END;

CREATE OR REPLACE TEMP TABLE dispensers AS
SELECT patient, bool_or(holds("from", "to")) AS has_dispenser
FROM devices WHERE code = 'medicine_dispenser' GROUP BY patient;

-- A medicine without a code, or with half of one, may be of a class; whoever has such a row may use it.
CREATE OR REPLACE TEMP MACRO may_be(atc, class) AS coalesce(starts_with(class, atc) AND atc <> class, true);
CREATE OR REPLACE TEMP TABLE medicines AS
SELECT patient,
  CASE WHEN bool_or(is_now AND atc LIKE 'C10AA%') THEN true WHEN NOT bool_or(may_be(atc, 'C10AA')) THEN false END AS statin,
  CASE WHEN bool_or(is_now AND atc LIKE 'C09%') THEN true WHEN NOT bool_or(may_be(atc, 'C09')) THEN false END AS ras,
  CASE WHEN bool_or(is_now AND atc LIKE 'A10%') THEN true WHEN NOT bool_or(may_be(atc, 'A10')) THEN false END AS diabetes
FROM (SELECT patient, atc, holds("from", "to") AS is_now FROM medications)
GROUP BY patient;

-- Days covered. Of one medicine a dispense waits until the one before it is used up: it ends at the sum of all days so
-- far, moved by the longest wait for any dispense so far. Medicines of a class run side by side, and a day counts once.
CREATE OR REPLACE TEMP TABLE unplaced AS
SELECT patient, bool_or(may_be(atc, 'C10AA')) AS statin, bool_or(may_be(atc, 'C09')) AS ras,
  bool_or(may_be(atc, 'A10')) AS diabetes
FROM dispenses WHERE atc IS NULL OR length(atc) < 5 GROUP BY patient;
CREATE TYPE medicine_class AS ENUM ('statin', 'ras', 'diabetes');
CREATE OR REPLACE TEMP TABLE substances AS  -- two bytes in place of a text that rows are sorted by
SELECT atc, (row_number() OVER ())::SMALLINT AS substance,
  CASE WHEN atc LIKE 'C10AA%' THEN 'statin' WHEN atc LIKE 'C09%' THEN 'ras' ELSE 'diabetes' END::medicine_class AS class
FROM (SELECT DISTINCT atc FROM dispenses WHERE atc LIKE 'C10AA%' OR atc LIKE 'C09%' OR atc LIKE 'A10%');
CREATE OR REPLACE TEMP TABLE covered AS
WITH once AS (
  SELECT DISTINCT patient, substance, class, time, days
  FROM dispenses JOIN substances USING (atc)
  WHERE time >= getvariable('last_year') AND time <= getvariable('moment')
), dispensed AS (
  SELECT patient, substance, class, CASE WHEN isfinite(days) AND days > 0 AND days <= 1830 THEN days END AS days,
    (timezone('Europe/Oslo', time)::DATE - DATE '1970-01-01')::INT AS day
  FROM once
), asked AS (
  SELECT patient, class, min(day) < max(day) AS is_repeated, bool_or(days IS NULL) AS is_bound,
    (getvariable('today') - DATE '1970-01-01')::INT + 1 - min(day) AS days, min(substance) < max(substance) AS has_several
  FROM dispensed GROUP BY patient, class
), summed AS (
  SELECT patient, substance, class, day, days,
    sum(days) OVER (PARTITION BY patient, substance ORDER BY day ROWS UNBOUNDED PRECEDING) AS so_far
  FROM dispensed WHERE days IS NOT NULL
), alone AS (  -- one medicine: all its days, but for those that lie after today
  SELECT patient, class, least(sum(days), getvariable('today') - DATE '1970-01-01' + 1 - max(day - so_far + days)) AS covered
  FROM summed ANTI JOIN (FROM asked WHERE has_several) USING (patient, class)
  GROUP BY patient, class
), laid_out AS (
  SELECT patient, class, days, so_far + max(day - so_far + days) OVER
      (PARTITION BY patient, substance ORDER BY day, so_far ROWS UNBOUNDED PRECEDING) AS ends
  FROM summed SEMI JOIN (FROM asked WHERE has_several) USING (patient, class)
), stretches AS (
  SELECT patient, class, ends - days AS begins, least(ends, getvariable('today') - DATE '1970-01-01' + 1) AS ends
  FROM laid_out
), together AS (
  SELECT patient, class, ends - greatest(begins, coalesce(max(ends) OVER
      (PARTITION BY patient, class ORDER BY begins ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), begins)) AS added
  FROM stretches
), lengths AS (
  FROM alone UNION ALL SELECT patient, class, sum(greatest(added, 0)) FROM together GROUP BY patient, class
), shares AS (
  SELECT patient, class, 100.0 * coalesce(covered, 0) / days AS share, is_bound AND share < 100 AS is_bound
  FROM asked LEFT JOIN lengths USING (patient, class)
  WHERE is_repeated AND days >= 91
)
SELECT patient,
  any_value(share) FILTER (class = 'statin') AS statin, any_value(is_bound) FILTER (class = 'statin') AS statin_bound,
  any_value(share) FILTER (class = 'ras') AS ras, any_value(is_bound) FILTER (class = 'ras') AS ras_bound,
  any_value(share) FILTER (class = 'diabetes') AS diabetes,
  any_value(is_bound) FILTER (class = 'diabetes') AS diabetes_bound
FROM shares GROUP BY patient;

-- Doses of the last 14 days, which begin at 03:00. fate: 1 taken, 0 missed, NULL not known. What is said twice with
-- different fates counts twice, and ends a run of missed doses: there were at least so many.
CREATE OR REPLACE TEMP TABLE dosed AS
WITH fates AS (
  SELECT DISTINCT patient, planned, status = 'taken' AND taken IS NULL AS is_untimed,
    CASE WHEN status = 'taken' THEN 1 WHEN status = 'missed' AND taken IS NULL THEN 0 END AS fate
  FROM doses
  WHERE planned >= getvariable('last_14_dose_days') AND planned <= getvariable('moment') AND reason IS NULL
    AND (status <> 'taken' OR taken IS NULL OR taken <= getvariable('moment'))
), instants AS (
  SELECT patient, planned, count(*) AS doses, count(fate) AS known, coalesce(sum(fate), 0) AS taken,
    known = doses AND max(fate) = 0 AS is_missed,
    known < doses OR max(fate) > min(fate) AS is_open
  FROM fates GROUP BY patient, planned
), shares AS (
  SELECT patient, sum(doses) AS doses, sum(known) AS known, sum(taken) AS taken,
    max(planned) FILTER (NOT is_missed) AS stopped,
    arg_max(is_open, planned) FILTER (NOT is_missed) AS is_bound
  FROM instants GROUP BY patient
)
SELECT shares.patient, any_value(shares.doses) AS doses, any_value(shares.known) AS known,
  any_value(shares.taken) AS taken, coalesce(any_value(is_bound), false) AS is_bound,
  count(*) FILTER (stopped IS NULL OR planned > stopped) AS streak
FROM shares JOIN instants USING (patient)
GROUP BY shares.patient;

CREATE OR REPLACE TEMP MACRO judged(applies, holds) AS CASE applies WHEN false THEN 'not_applicable' WHEN true THEN
  CASE holds WHEN true THEN 'fired' WHEN false THEN 'not_fired' ELSE 'unknown' END ELSE 'unknown' END;
CREATE OR REPLACE TEMP MACRO is_fired(status) AS CASE status WHEN 'fired' THEN true WHEN 'unknown' THEN NULL ELSE false END;
CREATE OR REPLACE TEMP MACRO is_rarely(share, is_bound, least) AS
  CASE WHEN NOT (without_noise(share) < without_noise(least)) THEN false WHEN is_bound THEN NULL
    ELSE without_noise(share) < without_noise(least) END;
CREATE OR REPLACE TEMP MACRO at_least(x, y) AS without_noise(x) >= without_noise(y);
CREATE OR REPLACE TEMP MACRO is_above(x, y) AS without_noise(x) > without_noise(y);

CREATE OR REPLACE TEMP VIEW findings AS
WITH lost AS (
  SELECT patient, bool_or(concept = 'blood_pressure') AS pressure, bool_or(concept = 'body_weight') AS weight,
    bool_or(concept = 'oxygen_saturation') AS saturation, bool_or(concept = 'glucose') AS glucose,
    bool_or(concept = 'peak_expiratory_flow') AS peak_flow, bool_or(concept = 'body_temperature') AS temperature,
    bool_or(concept = 'heart_rate') AS pulse
  FROM untimed GROUP BY patient
), facts AS (
  SELECT limits_of.*,
    has(diagnoses.heart_failure) AS has_heart_failure, has(diagnoses.diabetes) AS has_diabetes,
    has(diagnoses.copd) AS has_copd, has(diagnoses.pregnancy) AS has_pregnancy,
    CASE WHEN diagnoses.asthma IS NOT NULL THEN has(diagnoses.asthma) END AS has_asthma,  -- not supplied for the others
    coalesce(has_dispenser, false) AS has_dispenser,
    CASE WHEN lost.pressure IS NOT TRUE THEN pressures.systolic END AS systolic_mean,
    CASE WHEN lost.pressure IS NOT TRUE THEN pressures.diastolic END AS diastolic_mean,
    CASE WHEN lost.pressure IS NOT TRUE THEN floor(without_noise(latest.systolic) + 0.5) END AS systolic,
    CASE WHEN lost.weight IS NOT TRUE THEN weights.gain END AS gain,
    CASE WHEN lost.weight IS NOT TRUE THEN weights.loss END AS loss,
    CASE WHEN lost.saturation IS NOT TRUE THEN latest.saturation END AS saturation,
    CASE WHEN lost.glucose IS NOT TRUE AND readings_in_a_week > 0 AND glucose_low IS NOT NULL THEN lows END AS lows,
    CASE WHEN lost.glucose IS NOT TRUE AND readings >= 14 AND glucose_low IS NOT NULL AND glucose_high IS NOT NULL
      THEN in_range END AS in_range,
    CASE WHEN lost.peak_flow IS NOT TRUE THEN latest.peak_flow END AS peak_flow,
    CASE WHEN lost.temperature IS NOT TRUE THEN to_tenths(latest.temperature) END AS temperature,
    CASE WHEN lost.pulse IS NOT TRUE THEN floor(without_noise(latest.pulse) + 0.5) END AS pulse,
    medicines.patient IS NOT NULL AND medicines.statin AS uses_statin,
    medicines.patient IS NOT NULL AND medicines.ras AS uses_ras,
    medicines.patient IS NOT NULL AND medicines.diabetes AS uses_diabetes,
    CASE WHEN unplaced.statin IS NOT TRUE THEN covered.statin END AS statin, statin_bound,
    CASE WHEN unplaced.ras IS NOT TRUE THEN covered.ras END AS ras, ras_bound,
    CASE WHEN unplaced.diabetes IS NOT TRUE THEN covered.diabetes END AS diabetes, diabetes_bound,
    streak, is_bound AS streak_bound,
    CASE WHEN known > 0 AND at_least(100.0 * known / doses, 70) THEN 100.0 * taken / known END AS taken
  FROM limits_of
  LEFT JOIN diagnoses USING (patient) LEFT JOIN dispensers USING (patient) LEFT JOIN medicines USING (patient)
  LEFT JOIN pressures USING (patient) LEFT JOIN latest USING (patient) LEFT JOIN weights USING (patient)
  LEFT JOIN glucoses USING (patient) LEFT JOIN covered USING (patient) LEFT JOIN unplaced USING (patient)
  LEFT JOIN dosed USING (patient) LEFT JOIN lost USING (patient)
), judgements AS (
  SELECT patient,
    judged(is_adult AND NOT has_pregnancy,
      at_least(systolic_mean, systolic_high) OR at_least(diastolic_mean, diastolic_high)) AS above_target,
    judged(is_adult AND NOT has_pregnancy,
      at_least(systolic_low_red, systolic) OR at_least(systolic_low_orange, systolic)) AS low_pressure,
    judged(is_adult AND has_heart_failure, is_above(gain, gain_red) OR is_above(gain, gain_yellow)) AS weight_gain,
    judged(is_adult AND has_heart_failure, at_least(loss, loss_yellow)) AS weight_loss,
    judged(is_adult AND has_copd,
      is_above(saturation_red, saturation) OR is_above(saturation_yellow, saturation)) AS low_saturation,
    judged(is_adult AND has_diabetes, at_least(lows, lows_in_a_week)) AS repeated_lows,
    judged(is_adult AND has_diabetes, is_above(least_in_range, in_range)) AS seldom_in_range,
    CASE WHEN is_adult AND has_asthma AND personal_best IS NULL THEN 'not_applicable' ELSE judged(is_adult AND has_asthma,
      is_above(CASE WHEN NOT isnan(personal_best) THEN personal_best * pef_yellow_share / 100 END, peak_flow)) END
      AS low_peak_flow,
    judged(is_adult AND NOT has_pregnancy, at_least(temperature, temperature_high_orange)
      OR at_least(temperature, temperature_high_yellow)) AS high_temperature,
    judged(is_adult AND NOT has_pregnancy, at_least(pulse, pulse_high_red) OR at_least(pulse, pulse_high_orange)
      OR at_least(pulse, pulse_high_yellow)) AS high_pulse,
    judged(is_adult, uses_statin AND is_rarely(statin, statin_bound, statin_least)) AS statin_rarely_fetched,
    judged(is_adult, uses_ras AND is_rarely(ras, ras_bound, ras_least)) AS ras_rarely_fetched,
    judged(is_adult, uses_diabetes AND is_rarely(diabetes, diabetes_bound, diabetes_least)) AS diabetes_rarely_fetched,
    judged(has_dispenser, CASE WHEN at_least(streak, missed_red) THEN true WHEN missed_red IS NULL OR streak IS NULL
      OR streak_bound THEN NULL ELSE false END) AS doses_missed,
    judged(has_dispenser, is_above(taken_least, taken)) AS rarely_taken,
    judged(is_adult, is_fired(above_target) AND (is_fired(ras_rarely_fetched) OR is_fired(rarely_taken)))
      AS adherence_before_more_treatment
  FROM facts
)
SELECT patient, rule, status FROM judgements UNPIVOT (status FOR rule IN (
  above_target, low_pressure, weight_gain, weight_loss, low_saturation, repeated_lows, seldom_in_range, low_peak_flow,
  high_temperature, high_pulse, statin_rarely_fetched, ras_rarely_fetched, diabetes_rarely_fetched, doses_missed,
  rarely_taken, adherence_before_more_treatment));
