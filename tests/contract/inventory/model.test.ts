import { redisEngines } from '../../support/requirements.ts'
import { modelSuite } from './model-suite.ts'
import { startRestBench } from './node-bench.ts'

const runs = { server: 100, embedded: 60 }

for (const engine of redisEngines) modelSuite(engine, () => startRestBench({ engine }), runs[engine])
