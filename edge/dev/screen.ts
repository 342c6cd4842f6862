import pc from 'picocolors'
import type { SeededApp } from './seed.ts'
import type { Stack } from './stack.ts'
import type { ChosenStore } from './store.ts'

/** One line for one step, so that a slow start is seen to move. */
export const stepLine = (step: string): void => console.log(`${pc.dim('…')} ${step}`)

/** What can be opened and pasted, once everything is up. `dir` is where its files are, as a shell here would say. */
export function readyScreen(
  { edgeUrl, coreUrl, redis, secrets }: Stack,
  store: ChosenStore,
  app: SeededApp,
  dir: string,
): void {
  const rows = [
    ['edge', `${edgeUrl}   the worker, under wrangler dev`],
    ['reference', `${edgeUrl}/docs   of the API, with examples to try`],
    ['core', `${coreUrl}   its store: ${store.label}`],
    [
      'Redis',
      redis.engine === 'server'
        ? 'redis-server: holds survive a restart'
        : 'in this process: holds end with it, bookings stay',
    ],
    ['app', app.appId],
    ['publishable key', app.publishableKey],
    ['secret key', app.secretKey],
    ['admin', `${secrets.adminEmail} / ${secrets.adminPassword}`],
    ['files', `${dir}/: core.log, edge.log; for scripts dev.json and dev.env`],
  ] as const
  const commands = [
    `. ${dir}/dev.env`,
    'curl -s "$EDGE/v1/events" -H "x-api-key: $KEY"',
    `SEAT=$(curl -s "$EDGE/v1/events/$EVENT/seats?status=free&limit=1" -H "x-api-key: $KEY" \\`,
    "  | node -pe 'JSON.parse(fs.readFileSync(0)).seats[0].id')",
    'curl -s "$EDGE/v1/events/$EVENT/holds" -H "x-api-key: $KEY" -H "x-external-user-id: alice" \\',
    `  -H 'content-type: application/json' -d "{\\"seats\\":[\\"$SEAT\\"]}"`,
  ]
  console.log(`\n${pc.green(pc.bold('ready'))}  Holdfast is selling a theatre, a cinema and a coach.\n`)
  for (const [name, value] of rows) console.log(`  ${pc.bold(name.padEnd(17))}${value}`)
  console.log(`\n  ${pc.bold('Paste into another terminal')}\n`)
  for (const command of commands) console.log(`    ${pc.cyan(command)}`)
  console.log(`\n  The tour in README.md goes on from here. ${pc.bold('Ctrl-C')} stops all of it.\n`)
}

/** Why the command ends. */
export function failureScreen(error: unknown): void {
  console.error(`\n${pc.red(pc.bold('failed'))}  ${error instanceof Error ? error.message : error}\n`)
}
