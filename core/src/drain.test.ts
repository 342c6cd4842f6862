import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { drainMsMax, leaveMsMax, leaveQuietMs } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { watchDoor } from './drain.ts'

/** A server that ends when it is told to, a clock that sleeping moves, and what happens at some of its times. */
function doorOf(at: (nowMs: number, ask: (url: string) => string | undefined) => void = () => {}) {
  let nowMs = 0
  let closedMs: number | undefined
  let [answered, cutMs]: [() => void, number?] = [() => {}]
  const server = Object.assign(new EventEmitter(), {
    close(done: () => void) {
      closedMs = nowMs
      answered = done
    },
    closeAllConnections() {
      cutMs = nowMs
    },
  })
  const ask = (url: string) => {
    const sent: Record<string, string> = {}
    const outgoing = { setHeader: (name: string, value: string) => Object.assign(sent, { [name]: value }) }
    server.emit('request', { url }, outgoing)
    return sent.connection
  }
  const door = watchDoor(server as unknown as Server, {
    now: () => nowMs,
    async sleep(ms) {
      nowMs += ms
      at(nowMs, ask)
    },
  })
  return { door, ask, finish: () => answered(), times: () => ({ closedMs, cutMs }) }
}

describe('F29: a core that is told to stop', () => {
  test('has readiness off at once, and answers end their connections while it still takes them', async () => {
    const heads: (string | undefined)[] = []
    const { door, ask, finish, times } = doorOf((nowMs, ask) => {
      if (nowMs === 100) heads.push(ask('/v1/events'))
      if (times().closedMs !== undefined) finish()
    })
    expect([door.isLeaving(), ask('/v1/events')]).toEqual([false, undefined])
    const closing = door.close()
    expect(door.isLeaving()).toBe(true)
    await closing
    expect(heads).toEqual(['close'])
    expect(times().closedMs).toBeGreaterThan(100 + leaveQuietMs)
    expect(times().cutMs).toBeUndefined()
  })

  test('does not wait for probes, nor for ever for those who go on sending', async () => {
    const probed = doorOf((_, ask) => {
      ask('/readyz')
      probed.finish()
    })
    await probed.door.close()
    expect(probed.times().closedMs).toBeLessThan(leaveMsMax)
    const asked = doorOf((_, ask) => {
      ask('/v1/events')
      asked.finish()
    })
    await asked.door.close()
    expect(asked.times().closedMs).toBe(leaveMsMax)
  })

  test('cuts off what is not answered when no answer can come any more', async () => {
    const { door, times } = doorOf()
    await door.close()
    const { closedMs = 0, cutMs = 0 } = times()
    expect(cutMs - closedMs).toBe(drainMsMax)
  })
})
