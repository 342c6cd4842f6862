import type { SnapshotReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestEdge, problemIn } from '../testing.ts'

const path = '/v1/events/theatre/seats'
const binary = { accept: 'application/octet-stream' }

function edgeWith(map: string, ver = 7) {
  const edge = createTestEdge()
  const reply: SnapshotReply = { word: 'snapshot', epoch: 2, ver, map, nowMs: 0 }
  edge.inventory.snapshot = async () => reply
  return edge
}

describe('GET seats', () => {
  test('names the seats that are not free', async () => {
    const response = await edgeWith('FHBX').call('GET', path)
    expect(response.status).toBe(200)
    expect(response.headers.get('vary')).toBe('Origin, Accept')
    expect(response.headers.get('x-holdfast-version')).toBe('2.7')
    expect(await response.json()).toEqual({
      event: 'theatre',
      version: '2.7',
      ageMs: 0,
      counts: { free: 1, held: 1, confirming: 0, booked: 1, blocked: 1, unknown: 0 },
      seats: [
        { id: 'A-2', status: 'held' },
        { id: 'A-3', status: 'booked' },
        { id: 'A-4', status: 'blocked' },
      ],
    })
  })

  test('a byte that is none, or missing, is unknown and never free', async () => {
    const body = await (await edgeWith('F\0?').call('GET', path)).json()
    expect(body).toMatchObject({
      counts: { free: 1, unknown: 3 },
      seats: ['A-2', 'A-3', 'A-4'].map((id) => ({ id, status: 'unknown' })),
    })
  })

  test('asks by status and number', async () => {
    const ask = async (query: string) => (await edgeWith('FFFC').call('GET', `${path}?${query}`)).json()
    expect(await ask('status=free&limit=2')).toMatchObject({
      counts: { free: 3, confirming: 1 },
      seats: [{ id: 'A-1' }, { id: 'A-2' }],
    })
    expect(await ask('status=confirming')).toMatchObject({ seats: [{ id: 'A-4', status: 'confirming' }] })
    const wrong = await edgeWith('F').call('GET', `${path}?status=sold`)
    expect(wrong.status).toBe(422)
  })

  test('is the bare map for who wants bytes, without a word to core', async () => {
    const edge = edgeWith('FH\0B')
    const response = await edge.call('GET', path, { headers: binary })
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('x-holdfast-version')).toBe('2.7')
    expect(response.headers.get('vary')).toBe('Origin, Accept')
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([70, 72, 0, 66])
    expect(edge.core.count('GET /v1/events/theatre')).toBe(0)
  })

  test('each representation has a tag of its own, which lasts while nothing changes', async () => {
    const edge = edgeWith('FHBX')
    const tagOf = async (headers: Record<string, string>) =>
      (await edge.call('GET', path, { headers })).headers.get('etag') ?? ''
    const [asJson, asMap] = [await tagOf({}), await tagOf(binary)]
    expect(asJson).toMatch(/^W\//)
    expect(asJson).not.toBe(`W/${asMap}`)
    const again = await edge.call('GET', path, { headers: { ...binary, 'if-none-match': asMap } })
    expect([again.status, again.headers.get('x-holdfast-version')]).toEqual([304, '2.7'])
    const crossed = await edge.call('GET', path, { headers: { 'if-none-match': asMap } })
    expect(crossed.status).toBe(200)
    edge.inventory.snapshot = async () => ({ word: 'snapshot', epoch: 2, ver: 8, map: 'FHHX', nowMs: 0 })
    expect((await edge.call('GET', path, { headers: { ...binary, 'if-none-match': asMap } })).status).toBe(
      200,
    )
  })

  test('without inventory it is not ready, and without an event not found', async () => {
    for (const headers of [{}, binary]) {
      const edge = createTestEdge()
      const unbuilt = await edge.call('GET', path, { headers })
      expect([unbuilt.status, unbuilt.headers.get('retry-after')]).toEqual([503, '1'])
      expect((await problemIn(unbuilt)).code).toBe('event_not_ready')
      const missing = await edge.call('GET', '/v1/events/nowhere/seats', { headers })
      expect((await problemIn(missing)).code).toBe('not_found')
    }
  })
})
