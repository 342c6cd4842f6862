import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { readKept } from './kept.ts'
import { lockFolder } from './lock.ts'
import { keepPort } from './ports.ts'
import { type Program, startProgram } from './processes.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-unit-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** A program that is a few lines of JavaScript. */
const script = (source: string, more: Partial<Program> = {}): Program => ({
  name: 'the script',
  command: [process.execPath, '-e', source],
  logFile: join(dir, 'script.log'),
  isReady: async () => true,
  ...more,
})
const never = async () => false
/** So long a test waits for what must come: only that one which hangs ends. */
const patienceMs = 120_000
/** What the script has printed, if it is a number. */
const loggedPid = (): number => Number(readFileSync(join(dir, 'script.log'), 'utf8').trim())
const lasts = 'setInterval(() => {}, 1000)'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const untilDead = (pid: number) => vi.waitUntil(() => !isAlive(pid), { timeout: patienceMs })

describe('a program that does not start', () => {
  test.each<[string, Program['command'], Partial<Program>, RegExp]>([
    [
      'because it ends',
      ['sh', '-c', 'echo the reason; exit 3'],
      {},
      /exit code 3.*script\.log:\n\nthe reason$/s,
    ],
    ['because it is not there', ['no-such-program'], {}, /ENOENT/],
    [
      'and goes on',
      ['sh', '-c', 'printf "[\\033[31mERROR\\033[0m] no"; sleep 60'],
      { hopeless: /\[ERROR\]/ },
      /it has failed.*\[ERROR\] no$/s,
    ],
  ])('%s is told with the end of its log', async (_, command, more, message) => {
    const starting = startProgram(script('', { command, isReady: never, ...more }))
    await expect(starting).rejects.toThrow(message)
    await expect(starting).rejects.toThrow(/^the script did not start/)
  })

  test('because nobody waits for it any more is ended', async () => {
    const interrupt = new AbortController()
    const source = `console.log(process.pid); ${lasts}`
    const starting = startProgram(script(source, { isReady: never, signal: interrupt.signal }))
    await vi.waitUntil(loggedPid, { timeout: patienceMs })
    interrupt.abort()
    await expect(starting).rejects.toThrow(/aborted/)
    await untilDead(loggedPid())
  })
})

describe('a program that runs', () => {
  test('and dies is told, with the last of what it said', async () => {
    const running = await startProgram(script(`console.log('last words'); ${lasts}`))
    process.kill(running.pid, 'SIGKILL')
    expect((await running.death).message).toMatch(/has ended \(SIGKILL\).*script\.log/s)
    await running.stop()
  })

  test('and is stopped ends with all that it has started, and is no death', async () => {
    const child = `console.log(process.pid); ${lasts}`
    const source = `child_process.spawn(process.execPath, ['-e', '${child}'], { stdio: 'inherit' }); ${lasts}`
    const running = await startProgram(script(source, { isReady: async () => loggedPid() > 0 }))
    await running.stop()
    await untilDead(loggedPid())
    const death = running.death.then(() => 'told')
    expect(await Promise.race([death, new Promise((resolve) => setImmediate(resolve, 'not told'))])).toBe(
      'not told',
    )
  })

  test('sees nothing of our settings but what it needs', async () => {
    vi.stubEnv('STORE_URL', 'sqlite:of-another')
    const source = 'console.log(process.env.STORE_URL, process.env.OWN, typeof process.env.PATH)'
    const starting = startProgram(script(source, { isReady: never, env: { OWN: 'own' } }))
    vi.unstubAllEnvs()
    await expect(starting).rejects.toThrow(/undefined own string$/)
  })
})

describe('a port', () => {
  test('is one stack’s from when it was looked at, although nobody listens yet; a second stack gets another', async () => {
    const somebody = createServer().listen(0, '127.0.0.1')
    await once(somebody, 'listening')
    const { port: wanted } = z.object({ port: z.int() }).parse(somebody.address())
    somebody.close()
    await once(somebody, 'close')
    const mine = await keepPort(wanted)
    expect(mine.port).toBe(wanted)
    const source = `const { keepPort } = await import('${new URL('ports.ts', import.meta.url)}')
      console.log((await keepPort(${wanted})).port)`
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' })
    expect(Number(other.stdout)).toBeGreaterThan(0)
    expect(Number(other.stdout)).not.toBe(wanted)
    await mine.stop()
    const next = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' })
    expect(Number(next.stdout)).toBe(wanted)
  })
})

describe('a folder', () => {
  test('belongs to one stack until that stops or dies', async () => {
    const first = lockFolder(dir)
    expect(() => lockFolder(dir)).toThrow(`runs in ${dir} already (process ${process.pid})`)
    await first.stop()
    await lockFolder(dir).stop()

    const source = `const { lockFolder } = await import('${new URL('lock.ts', import.meta.url)}')
      lockFolder(${JSON.stringify(dir)}); console.log('locked'); ${lasts}`
    const other = spawn(process.execPath, ['--input-type=module', '-e', source])
    await once(other.stdout, 'data')
    expect(() => lockFolder(dir)).toThrow(`(process ${other.pid})`)
    other.kill('SIGKILL')
    await once(other, 'exit')
    await lockFolder(dir).stop()
  })

  test('whose files another version wrote is told how to start anew', () => {
    const file = join(dir, 'kept.json')
    expect(readKept(file, z.object({}))).toBeNull()
    for (const text of ['{', '{"a":1}']) {
      writeFileSync(file, text)
      expect(() => readKept(file, z.object({ a: z.string() }))).toThrow(/kept\.json.*--reset/s)
    }
  })
})
