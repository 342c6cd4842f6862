import { createInventory, type EventRef, type Inventory, keysOf } from '@holdfast/inventory'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import type { RunningRedis } from '../../edge/dev/redis/start.ts'
import { age } from '../contract/inventory/age.ts'
import { restBench } from '../contract/inventory/bench.ts'
import { patientPlatform } from '../contract/inventory/poll.ts'

type RestDoor = Pick<RunningRedis, 'restUrl' | 'restToken'>

const connect = ({ restUrl, restToken }: RestDoor) =>
  connectUpstash({ url: restUrl, token: restToken }, patientPlatform)

/** The inventory of a Redis of ours, read past the edge and core; through its REST door, which every engine has. */
export const openInventory = (redis: RestDoor): Inventory => createInventory(upstashRunner(connect(redis)))

/** Loses everything that a Redis has, as a failover to an empty one does. */
export const flushRedis = async (redis: RestDoor): Promise<void> => {
  await connect(redis).flushall()
}

/** Makes all that a Redis knows of an event so much older, as if the time had passed: its clock cannot be set. */
export const ageEvent = ({ restUrl, restToken }: RestDoor, ref: EventRef, ms: number): Promise<void> =>
  age(restBench({ url: restUrl, token: restToken }).command, keysOf(ref), ms)
