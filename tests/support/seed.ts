import fc from 'fast-check'

/**
 * What is random in the tests begins with one seed: HOLDFAST_SEED; in CI one of its own, so that what has passed passes
 * again; elsewhere every run has another. What fails prints its seed.
 */
const { HOLDFAST_SEED, CI } = process.env
const ciSeed = 20_261_123
if (HOLDFAST_SEED) fc.configureGlobal({ seed: Number(HOLDFAST_SEED) })
else if (CI) fc.configureGlobal({ seed: ciSeed })
