import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { deliveryAnswerBytesMax, systemPlatform } from '@holdfast/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { type Post, postTo } from './post-to.ts'
import { createSender } from './sender.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Where it listens. */
async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A receiver of this machine, and what it heard. */
async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const heard: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []
  const port = await listening(
    createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { url, headers } = request
      heard.push({ url, headers, body: Buffer.concat(chunks).toString() })
      answer(request, response)
    }),
  )
  return { port, heard, url: `http://localhost:${port}/hooks?of=1` }
}

const nobody = async (): Promise<readonly string[]> => []
const laptop = { resolve: nobody, post: postTo, platform: systemPlatform, isLocalAllowed: true }
const call = { headers: { 'webhook-id': 'msg_1', 'content-type': 'application/json' }, body: '{"é":1}' }

describe('a call of an endpoint', () => {
  test('sends body and headers as they are, and says the status', async () => {
    const { url, heard, port } = await receiver((_, response) => response.writeHead(204).end())
    expect(await createSender(laptop)({ url, ...call })).toEqual({ word: 'answered', status: 204 })
    expect(heard).toMatchObject([{ url: '/hooks?of=1', body: '{"é":1}' }])
    expect(heard[0]?.headers).toMatchObject({ 'webhook-id': 'msg_1', host: `localhost:${port}` })
  })

  test('follows no redirect, least of all to metadata', async () => {
    const inside = await receiver((_, response) => response.end())
    for (const location of [inside.url, 'http://169.254.169.254/latest/meta-data/', '/elsewhere']) {
      const { url, heard } = await receiver((_, response) => response.writeHead(302, { location }).end())
      expect(await createSender(laptop)({ url, ...call })).toEqual({ word: 'answered', status: 302 })
      expect(heard).toHaveLength(1)
    }
    expect(inside.heard).toEqual([])
  })

  test('hangs up on an answer that does not end, soon after the status', async () => {
    let sent = 0
    const hungUp = Promise.withResolvers<void>()
    const { url } = await receiver((_, response) => {
      response.on('close', hungUp.resolve)
      const chunk = Buffer.alloc(1024)
      const more = () => {
        if (response.destroyed) return
        sent += chunk.length
        response.write(chunk, more)
      }
      more()
    })
    expect(await createSender(laptop)({ url, ...call })).toEqual({ word: 'answered', status: 200 })
    await hungUp.promise
    // What the two machines keep on the way is theirs; it is no stream.
    expect(sent).toBeLessThan(deliveryAnswerBytesMax + 16 * 1024 * 1024)
  })

  test('has its status from an answer that then stalls, whose connection ends at the deadline', async () => {
    const hungUp = Promise.withResolvers<void>()
    const { url } = await receiver((_, response) => {
      response.on('close', hungUp.resolve)
      response.writeHead(200, { 'content-length': '100' }).write('{')
    })
    const deadline = new AbortController()
    const platform = { deadline: () => deadline.signal }
    const sent = await createSender({ ...laptop, platform })({ url, ...call })
    expect(sent).toEqual({ word: 'answered', status: 200 })
    deadline.abort()
    await hungUp.promise
  })

  test('ends at its deadline, and with it the connection', async () => {
    const hungUp = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const { url } = await receiver((request) => {
      request.socket.on('close', () => hungUp.resolve())
      asked.resolve()
    })
    const deadline = new AbortController()
    const platform = { deadline: () => deadline.signal }
    const sent = createSender({ ...laptop, platform })({ url, ...call })
    await asked.promise
    deadline.abort()
    expect(await sent).toEqual({ word: 'no_answer', why: 'late' })
    await hungUp.promise
  })

  test('ends at its deadline while its name is looked up', async () => {
    const deadline = new AbortController()
    const platform = { deadline: () => deadline.signal }
    const resolve = () => {
      deadline.abort()
      return new Promise<never>(() => {})
    }
    const send = createSender({ ...laptop, resolve, platform })
    expect(await send({ url: 'https://shop.example/', ...call })).toEqual({ word: 'no_answer', why: 'late' })
  })

  test('to where nobody listens has no answer, and no reason that tells of the network', async () => {
    const server = createTcpServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    const sent = await createSender(laptop)({ url: `http://127.0.0.1:${port}/`, ...call })
    expect(sent).toEqual({ word: 'no_answer', why: 'not_connected' })
  })

  test('of what speaks no HTTP has no answer', async () => {
    const port = await listening(createTcpServer((socket) => socket.end('-ERR unknown command\r\n')))
    const sent = await createSender(laptop)({ url: `http://127.0.0.1:${port}/`, ...call })
    expect(sent).toEqual({ word: 'no_answer', why: 'not_connected' })
  })
})

describe('the connection', () => {
  /** A sender that may call the internet only, and where it would have connected to. */
  function recording(...answers: readonly (readonly string[])[]) {
    const posts: Post[] = []
    let asked = 0
    const send = createSender({
      resolve: async () => answers[asked++] ?? [],
      post: async (post) => {
        posts.push(post)
        return 200
      },
      platform: systemPlatform,
      isLocalAllowed: false,
    })
    return { send, posts, asked: () => asked }
  }

  test('goes to the address that was checked, whatever the name leads to a moment later', async () => {
    const { send, posts, asked } = recording(['93.184.216.34'], ['127.0.0.1'])
    await send({ url: 'https://shop.example/hooks', ...call })
    expect(posts).toMatchObject([{ address: '93.184.216.34', url: { hostname: 'shop.example' } }])
    expect(asked()).toBe(1)
    expect(await send({ url: 'https://shop.example/hooks', ...call })).toEqual({
      word: 'no_answer',
      why: 'address_refused',
    })
    expect(posts).toHaveLength(1)
  })

  test('is never made to an address that is not public', async () => {
    const { send, posts } = recording(['10.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::1'], [])
    for (let times = 0; times < 4; times++) await send({ url: 'https://shop.example/', ...call })
    for (const url of ['https://127.0.0.1/', 'https://[::1]/', 'http://8.8.8.8/', 'https://2852039166/']) {
      expect(await send({ url, ...call })).toEqual({ word: 'no_answer', why: 'address_refused' })
    }
    expect(posts).toEqual([])
  })

  test('asks for the certificate of the name, at the pinned address', async () => {
    let greeting: Buffer = Buffer.alloc(0)
    const port = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', (chunk) => {
          greeting = chunk
          socket.destroy()
        })
      }),
    )
    const url = new URL(`https://shop.example:${port}/`)
    const signal = systemPlatform.deadline(5_000)
    await expect(postTo({ url, address: '127.0.0.1', ...call, signal })).rejects.toThrow()
    // The first byte of a TLS handshake, and the name in its greeting.
    expect(greeting[0]).toBe(22)
    expect(greeting.includes('shop.example')).toBe(true)
  })
})
