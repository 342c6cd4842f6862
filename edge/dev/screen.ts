import pc from 'picocolors'
import type { SeededApp } from './seed.ts'
import type { Stack } from './stack.ts'

/** One line for one step, so that a slow start is seen to move. */
export const stepLine = (step: string): void => console.log(`${pc.dim('…')} ${step}`)

/** What can be opened and pasted, once everything is up. */
export function readyScreen(stack: Stack, app: SeededApp): void {
  const { edgeUrl, coreUrl, redis, secrets } = stack
  const rows = [
    ['edge', `${edgeUrl}   (the worker, under wrangler dev)`],
    ['core', `${coreUrl}   (SQLite in .holdfast/)`],
    [
      'Redis',
      redis.engine === 'server'
        ? 'redis-server, holds survive a restart'
        : 'in-process, holds end with this command',
    ],
    ['app', app.appId],
    ['publishable key', app.publishableKey],
    ['secret key', app.secretKey],
    ['admin', `${secrets.adminEmail} / ${secrets.adminPassword}`],
  ] as const
  const commands = [
    '. .holdfast/dev.env',
    'curl -s "$EDGE/v1/events" -H "x-api-key: $KEY"',
    'curl -s "$EDGE/v1/events/$EVENT/seats?status=free&limit=5" -H "x-api-key: $KEY"',
  ]
  console.log(`\n${pc.green(pc.bold('ready'))}  Holdfast is selling a theatre, a cinema and a coach.\n`)
  for (const [name, value] of rows) console.log(`  ${pc.bold(name.padEnd(16))}${value}`)
  console.log(
    `\n  ${pc.bold('In another terminal')} (the README goes on from here: hold, confirm, receipt)\n`,
  )
  for (const command of commands) console.log(`    ${pc.cyan(command)}`)
  console.log(`\n  Logs: .holdfast/*.log   Facts for scripts: .holdfast/dev.json   Ctrl-C stops all of it.\n`)
}
