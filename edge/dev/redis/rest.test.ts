import { createHash } from 'node:crypto'
import { Redis } from '@upstash/redis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Command } from './engine.ts'
import { serveRest } from './rest.ts'
import { withScripts } from './scripts.ts'

const token = 'secret'
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

/** An engine that repeats what it is asked, in bytes, and fails on FAIL. */
async function echo([name, ...args]: Command): Promise<unknown> {
  if (name === 'FAIL') throw new Error('ERR as you wish')
  return [name, ...args].map((part) => Buffer.from(part))
}

describe('the REST door', () => {
  const seen: Command[] = []
  let door: Awaited<ReturnType<typeof serveRest>>
  beforeEach(async () => {
    seen.length = 0
    const engine = withScripts({ run: echo, close: async () => {} })
    door = await serveRest(engine, { token, onCommand: (command) => seen.push(command) })
  })
  afterEach(() => door.close())

  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${token}`
    const response = await fetch(door.url + path, {
      method: 'POST',
      body,
      headers: { authorization, ...headers },
    })
    return { status: response.status, body: await response.text() }
  }
  const run = async (...command: (string | number)[]) => {
    const { body } = await post('/', JSON.stringify(command))
    return JSON.parse(body)
  }

  test('lets nobody in without the token', async () => {
    const attempts = ['Bearer wrong', 'Bearer', `Basic ${token}`, token, '']
    for (const authorization of attempts) {
      const { status } = await post('/', '["GET","k"]', { authorization })
      expect([400, 401], authorization).toContain(status)
    }
    expect(await post('/', '["GET","k"]', { authorization: 'Bearer wrong' })).toEqual({
      status: 401,
      body: '{"error":"Unauthorized"}',
    })
    expect(seen).toEqual([])
  })

  test('answers a command, numbers in it as text, and tells of it', async () => {
    expect(await run('SET', 'k', 5)).toEqual({ result: ['SET', 'k', '5'] })
    expect(seen).toEqual([['SET', 'k', '5']])
  })

  test('an error is a 400 with its message; among several commands it stands in its place', async () => {
    expect(await post('/', '["FAIL"]')).toEqual({ status: 400, body: '{"error":"ERR as you wish"}' })
    for (const path of ['/pipeline', '/multi-exec']) {
      expect(await post(path, '[["A"],["FAIL"],["B"]]')).toEqual({
        status: 200,
        body: '[{"result":["A"]},{"error":"ERR as you wish"},{"result":["B"]}]',
      })
    }
  })

  test('what is not a command is a 400', async () => {
    for (const body of ['', '{', '{}', '[]', '[null]', '[["GET"]]', '"GET"']) {
      expect((await post('/', body)).status, body).toBe(400)
    }
    expect(seen).toEqual([])
  })

  test('text comes back in base64 when asked for, as Upstash clients do', async () => {
    const { body } = await post('/', '["GET","ü"]', { 'upstash-encoding': 'base64' })
    expect(JSON.parse(body)).toEqual({ result: ['R0VU', 'w7w='] })
    const client = new Redis({ url: door.url, token, enableTelemetry: false })
    expect(await client.exec(['GET', 'żółw 🐢'])).toEqual(['GET', 'żółw 🐢'])
  })

  test('a script loses the header that ordinary Redis refuses, and keeps the name its client has for it', async () => {
    const source = '#!lua flags=allow-key-locking\nreturn 1'
    const noScript = { error: 'NOSCRIPT No matching script. Please use EVAL.' }
    expect(await run('EVALSHA', sha1(source), 0)).toEqual(noScript)
    expect(await run('EVAL', source, 0)).toEqual({ result: ['EVAL', 'return 1', '0'] })
    expect(await run('EVALSHA', sha1(source).toUpperCase(), 1, 'k', 'a')).toEqual({
      result: ['EVAL', 'return 1', '1', 'k', 'a'],
    })
    expect(await run('EVALSHA', sha1('return 1'), 0)).toEqual(noScript)
    expect(await run('SCRIPT', 'LOAD', 'return 2')).toEqual({ result: sha1('return 2') })
    expect(await run('EVALSHA', sha1('return 2'), 0)).toEqual({ result: ['EVAL', 'return 2', '0'] })
  })
})
