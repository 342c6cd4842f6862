import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { redisEngines } from '../support/requirements.ts'
import { type DevCommand, newDir, startDev, startDevByNpm, startDevForTest } from './command.ts'
import { gone, killAll } from './machine.ts'

const [engine = 'embedded'] = redisEngines
const startMsMax = 120_000

/** Kills a part, and sees the command tell of it and stop the others. */
async function expectEnd(dev: DevCommand, victim: string, tells: RegExp): Promise<void> {
  await dev.ready()
  const parts = dev.parts()
  process.kill(dev.partOf(victim).pid, 'SIGKILL')
  expect(await dev.exit).toBe(1)
  expect(dev.output()).toMatch(tells)
  await gone(parts)
}

describe('a part that dies ends the command, which shows the end of its log', () => {
  const victims: [string, RegExp][] = [
    ['core/src/server.ts', /core has ended \(SIGKILL\).*core\.log:.*"event":/s],
    ['wrangler.js dev', /the worker has ended \(SIGKILL\).*edge\.log:.*request/s],
  ]
  if (engine === 'server') {
    victims.push(['redis-server', /redis-server has ended \(SIGKILL\).*redis\.log:.*Ready to accept/s])
  }
  test.each(victims)(
    '%s',
    async (victim, tells) => {
      await expectEnd(startDevForTest(engine), victim, tells)
    },
    startMsMax,
  )
})

test(
  'Ctrl-C while it starts stops what was started',
  async () => {
    const dev = startDevForTest(engine)
    await dev.says('the worker')
    await until(async () => dev.parts().some(({ command }) => command.includes('wrangler.js dev')))
    const parts = dev.parts()
    dev.kill('SIGINT')
    expect(await dev.exit).toBe(0)
    expect(dev.output()).not.toContain('ready')
    await gone(parts)
  },
  startMsMax,
)

test(
  'a second Ctrl-C waits for nobody, not even for a part that hangs',
  async () => {
    const dev = startDevForTest(engine)
    await dev.ready()
    const parts = dev.parts()
    process.kill(dev.partOf('core/src/server.ts').pid, 'SIGSTOP')
    dev.kill('SIGINT')
    await dev.says('stopping')
    const press = setInterval(() => dev.kill('SIGINT'), 100)
    onTestFinished(() => clearInterval(press))
    expect(await dev.exit).toBe(130)
    await gone(parts)
  },
  startMsMax,
)

test(
  'a command that is killed leaves nothing behind, and its folder can be used at once',
  async () => {
    const dir = newDir()
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const killed = startDev(dir, engine)
    const { appId } = await killed.ready()
    const parts = killed.parts()
    killed.kill('SIGKILL')
    await killed.exit
    const next = startDev(dir, engine)
    await gone(parts)
    expect((await next.ready()).appId).toBe(appId)
    await next.stop()
    expect(readFileSync(join(dir, 'core.log'), 'utf8')).toContain('core_stops')
  },
  startMsMax,
)

describe('the end of the npm that runs the command ends all of it', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s',
    async (signal) => {
      const dir = newDir()
      const dev = startDevByNpm(dir, engine)
      onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
      await dev.ready()
      const parts = dev.parts()
      onTestFinished(() => killAll(parts))
      expect(parts.some(({ command }) => command.includes('edge/dev/main.ts'))).toBe(true)
      dev.kill(signal)
      await dev.exit
      await gone(parts)
      expect(readFileSync(join(dir, 'core.log'), 'utf8')).toContain('core_stops')
    },
    startMsMax,
  )
})
