import {
  type AppId,
  base62Of,
  type EventId,
  type GrantId,
  HoldKey,
  holdKeyOf,
  type Platform,
  type Principal,
} from '@holdfast/contract'

/** Parts with their lengths before them, so that no two lists give the same bytes. */
function lengthPrefixed(parts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder()
  const chunks = parts.map((part) => encoder.encode(part))
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + 4 + chunk.length, 0))
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const chunk of chunks) {
    view.setUint32(offset, chunk.length)
    bytes.set(chunk, offset + 4)
    offset += 4 + chunk.length
  }
  return bytes
}

/** Who made a hold, and from where. */
export interface HoldMaker {
  readonly appId: AppId
  readonly eventId: EventId
  readonly owner: Principal
  /** What their address is counted under (`clientKey`). */
  readonly client: string
}

/** Names what a client means by an Idempotency-Key, without a second store: a retry gives the same name. */
export interface IntentNames {
  /** The hold that this owner makes of this event with this key. */
  holdKey(intent: {
    readonly appId: AppId
    readonly eventId: EventId
    readonly owner: Principal
    readonly idempotencyKey: string
  }): Promise<HoldKey>
  /** A new hold, whose name tells who made it to whoever asks about the right one. */
  newHoldKey(maker: HoldMaker): Promise<HoldKey>
  /** Whether this hold got its name so, from this maker. */
  isMadeBy(grantId: GrantId, maker: HoldMaker): Promise<boolean>
  /** The operation that this key does to a grant, which its owner alone knows. */
  operationId(intent: {
    readonly appId: AppId
    readonly eventId: EventId
    readonly grantId: GrantId
    readonly idempotencyKey: string
  }): Promise<string>
}

/** The characters of a new hold key that are chance; the others, 83 bits, are a digest of them and of the maker. */
const chanceLength = 8

/** Names by a keyed digest, so that nobody can guess or choose them. */
export function createIntentNames(
  secret: Uint8Array,
  platform: Pick<Platform, 'hmacSha256' | 'random'>,
): IntentNames {
  const nameOf = async (parts: readonly string[]) =>
    base62Of(await platform.hmacSha256(secret, lengthPrefixed(parts)))

  const signed = async (chance: string, { appId, eventId, owner, client }: HoldMaker): Promise<HoldKey> => {
    const digest = await nameOf(['maker', appId, eventId, owner, client, chance])
    return HoldKey.parse(chance + digest.slice(chanceLength))
  }

  return {
    newHoldKey: (maker) => signed(base62Of(platform.random(16)).slice(-chanceLength), maker),
    async isMadeBy(grantId, maker) {
      const holdKey = holdKeyOf(grantId)
      return (await signed(holdKey.slice(0, chanceLength), maker)) === holdKey
    },
    async holdKey({ appId, eventId, owner, idempotencyKey }) {
      return HoldKey.parse(await nameOf([appId, eventId, owner, idempotencyKey]))
    },
    async operationId({ appId, eventId, grantId, idempotencyKey }) {
      return `op_${await nameOf(['operation', appId, eventId, grantId, idempotencyKey])}`
    },
  }
}
