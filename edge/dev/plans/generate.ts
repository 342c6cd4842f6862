/** Writes the demo seating plans beside this file; `--check` writes nothing and fails when one is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { SeatingPlan } from '@holdfast/contract'
import { cinema, coach, theatre } from './venues.ts'

/** One line a row, so that a change of one row is one line of a diff. */
function format({ zones, ...plan }: SeatingPlan): string {
  const lines = zones.map(({ rows, ...zone }) => {
    const inZone = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
    return `  ${JSON.stringify(zone).slice(0, -1)},"rows":[\n${inZone}\n  ]}`
  })
  return `${JSON.stringify(plan).slice(0, -1)},"zones":[\n${lines.join(',\n')}\n]}\n`
}

let stale = 0
for (const [name, { plan }] of Object.entries({ theatre: theatre(), cinema: cinema(), coach: coach() })) {
  const file = new URL(`${name}.json`, import.meta.url)
  const text = format(plan)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`edge/dev/plans/${name}.json is stale: run \`npm run build\` and commit it.`)
    stale += 1
  }
}
process.exitCode = stale === 0 ? 0 : 1
