import { describe, expect, test } from 'vitest'
import { watchDoor } from './door.ts'
import { drainMsMax, leaveMsMax, leaveQuietMs } from './limits.ts'

/**
 * A server that ends when it is told to, a clock that sleeping moves, and what happens at some of its times: each may take
 * time. */
function doorOf(at: (nowMs: number, ask: (url: string) => string | undefined) => number = () => 0) {
  let nowMs = 0
  let closedMs: number | undefined
  let [answered, cutMs, idleEndedMs]: [() => void, number?, number?] = [() => {}]
  type Hear = Parameters<Parameters<typeof watchDoor>[0]['prependListener']>[1]
  let hear: Hear = () => {}
  const server = {
    prependListener(_: 'request', listener: Hear) {
      hear = listener
    },
    close(done: () => void) {
      closedMs = nowMs
      // As Node does it.
      server.closeIdleConnections()
      answered = done
    },
    closeIdleConnections() {
      idleEndedMs = nowMs
    },
    closeAllConnections() {
      cutMs = nowMs
    },
  }
  const ask = (url: string) => {
    const sent: Record<string, string> = {}
    const outgoing = { setHeader: (name: string, value: string) => Object.assign(sent, { [name]: value }) }
    hear({ url }, outgoing)
    return sent.connection
  }
  const platform = {
    now: () => nowMs,
    async sleep(ms: number) {
      nowMs += ms
      nowMs += at(nowMs, ask)
    },
  }
  const door = watchDoor(server, platform, drainMsMax)
  return { door, ask, finish: () => answered(), times: () => ({ closedMs, cutMs, idleEndedMs }) }
}

describe('F29: a server that is told to stop', () => {
  test('has readiness off at once, and answers end their connections while it still takes them', async () => {
    const heads: (string | undefined)[] = []
    const { door, ask, finish, times } = doorOf((nowMs, ask) => {
      if (nowMs === 100) heads.push(ask('/v1/events'))
      if (times().closedMs !== undefined) finish()
      return 0
    })
    expect([door.isLeaving(), ask('/v1/events')]).toEqual([false, undefined])
    const closing = door.close()
    expect(door.isLeaving()).toBe(true)
    await closing
    expect(heads).toEqual(['close'])
    expect(times().closedMs).toBeGreaterThan(100 + leaveQuietMs)
    expect(times().cutMs).toBeUndefined()
  })

  test('has not been asked nothing for a second when it did not listen for a second', async () => {
    let isStalled = false
    const { door, finish, times } = doorOf((nowMs, ask) => {
      // What came while the process stood still is read in the turn after.
      if (isStalled) ask('/v1/events')
      isStalled = nowMs === 200
      if (times().closedMs !== undefined) finish()
      return isStalled ? 1_500 : 0
    })
    await door.close()
    expect(times().closedMs).toBeGreaterThan(200 + 1_500 + leaveQuietMs)
  })

  test('does not wait for probes, nor for ever for those who go on sending', async () => {
    const probed = doorOf((_, ask) => {
      ask('/readyz')
      probed.finish()
      return 0
    })
    await probed.door.close()
    expect(probed.times().closedMs).toBeLessThan(leaveMsMax)
    const asked = doorOf((_, ask) => {
      ask('/v1/events')
      asked.finish()
      return 0
    })
    await asked.door.close()
    expect(asked.times().closedMs).toBe(leaveMsMax)
  })

  test('ends what idles only when nobody has sent on it for a second since it has closed', async () => {
    const heads: (string | undefined)[] = []
    const { door, finish, times } = doorOf((nowMs, ask) => {
      const { closedMs, idleEndedMs } = times()
      // On a connection that was made before.
      if (closedMs !== undefined && nowMs - closedMs === 500) heads.push(ask('/v1/events'))
      if (idleEndedMs !== undefined) finish()
      return 0
    })
    await door.close()
    const { closedMs = 0, idleEndedMs = 0, cutMs } = times()
    expect(heads).toEqual(['close'])
    expect(idleEndedMs).toBeGreaterThan(closedMs + 500 + leaveQuietMs)
    expect(cutMs).toBeUndefined()
  })

  test('cuts off what is not answered when no answer can come any more', async () => {
    const { door, times } = doorOf()
    await door.close()
    const { closedMs = 0, cutMs = 0 } = times()
    expect(cutMs - closedMs).toBe(drainMsMax)
  })
})
