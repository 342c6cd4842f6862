/**
 * `npm run test:quick`: types, units, and the contracts on one Redis and one store, both inside the test's own process.
 * What it leaves to `npm test`: the other engines, whole stacks, faults, simulation.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { typedProjects } from './typed-projects.ts'

const contracts = [
  ...['edge', 'inventory', 'redis', 'repair', 'webhooks'],
  ...[
    'store/sqlite.test',
    'store/sqlite-plans',
    'payments/settle',
    'payments/in-memory',
    'payments/deliveries',
  ],
].map((path) => `tests/contract/${path}`)

/** Types, one project after the other; says whether all is well. */
async function checkTypes(): Promise<boolean> {
  let isWell = true
  for (const project of typedProjects) {
    const child = spawn('tsc', ['-p', project])
    const told = text(child.stdout)
    const [code] = await once(child, 'exit')
    if (code !== 0) console.log(`FAIL types of ${project}\n${await told}`)
    isWell &&= code === 0
  }
  return isWell
}

async function runTests(): Promise<boolean> {
  const args = ['run', '--project', 'unit', '--project', 'contract', 'core/', 'edge/', ...contracts]
  const child = spawn('vitest', args, { stdio: 'inherit', env: { ...process.env, HOLDFAST_QUICK: '1' } })
  const [code] = await once(child, 'exit')
  return code === 0
}

const [areTypesWell, areTestsWell] = await Promise.all([checkTypes(), runTests()])
console.log(areTypesWell ? 'ok   types' : 'FAIL types: see above')
process.exit(areTypesWell && areTestsWell ? 0 : 1)
