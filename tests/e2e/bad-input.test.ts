import { headers } from '@holdfast/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { badCredentials } from './bad-credentials.ts'
import { badHolds } from './bad-holds.ts'
import { badRequests } from './bad-requests.ts'
import { refused } from './client.ts'
import { type Cast, castOf, footprintOf, type Stage, setStage } from './stage.ts'
import { everyStore, useWorld } from './world.ts'

const tables = { badRequests, badCredentials, badHolds }

describe.each(everyStore)('a bad request on $store is refused by its name, without a trace', (ground) => {
  const world = useWorld(ground)
  let cast: Cast
  let stages = 0
  /** What a request has left as it was serves the next one as a new one would. */
  let untouched: Stage | undefined
  beforeAll(async () => {
    cast = await castOf(world())
  })

  describe.each(Object.entries(tables))('%s', (_name, table) => {
    test.each(table)('$name: $code', async ({ send, code, leaves }) => {
      if (untouched === undefined) stages += 1
      const stage = untouched ?? (await setStage(cast, `event-${stages}`))
      untouched = undefined
      const before = await footprintOf(world(), stage.event)

      const answer = await send(stage)
      const { requestId } = refused(code, answer)
      expect(answer.headers.get(headers.requestId)).toBe(requestId)
      expect(await footprintOf(world(), stage.event)).toEqual({ ...before, ...leaves?.(before) })
      if (leaves === undefined) untouched = stage
    })
  })
})
