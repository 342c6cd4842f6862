import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { createResolve } from './resolve-name.ts'

let socket: Socket | undefined
afterEach(() => void socket?.close())

const [typeA, typeAaaa] = [1, 28]

/** What a query asks for: its name and type stand after 12 bytes of header. */
function questionOf(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** A name server of these addresses, by name and type, and what it was asked. */
async function nameServer(addresses: Readonly<Record<string, readonly number[]>>) {
  const asked: string[] = []
  const server = createSocket('udp4', (query, from) => {
    const { name, type, end } = questionOf(query)
    asked.push(`${name} ${type}`)
    const address = addresses[`${name} ${type}`]
    const header = Buffer.from(query.subarray(0, 12))
    // An answer to a recursive question; without an address, one that there is no such name.
    header.writeUInt16BE(address ? 0x8180 : 0x8183, 2)
    header.writeUInt16BE(address ? 1 : 0, 6)
    header.writeUInt32BE(0, 8)
    const record = address
      ? Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address])
      : Buffer.alloc(0)
    server.send(Buffer.concat([header, query.subarray(12, end), record]), from.port, from.address)
  })
  socket = server
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  return { asked, resolve: createResolve([`127.0.0.1:${server.address().port}`]) }
}

test('a name has the addresses that its name server tells, of both kinds', async () => {
  const { resolve } = await nameServer({
    [`shop.example ${typeA}`]: [93, 184, 216, 34],
    [`shop.example ${typeAaaa}`]: [0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  })
  expect((await resolve('shop.example')).toSorted()).toEqual(['2606:4700::1', '93.184.216.34'])
})

test('a name of one kind of address has that one, and a name that is none has none', async () => {
  const { resolve } = await nameServer({ [`shop.example ${typeA}`]: [93, 184, 216, 34] })
  expect(await resolve('shop.example')).toEqual(['93.184.216.34'])
  expect(await resolve('nobody.example')).toEqual([])
})

test('names of this machine are not looked up in its own files', async () => {
  const { resolve, asked } = await nameServer({})
  expect(await resolve('localhost')).toEqual([])
  expect(asked).toContain(`localhost ${typeA}`)
})
