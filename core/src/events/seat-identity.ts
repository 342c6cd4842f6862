import { type Platform, planSeatId, type SeatId, type SeatInput } from '@holdfast/contract'
import type { SeatDoc } from '../store/schema.ts'
import type { PlannedSeat } from './plan-to-inventory.ts'

/** Whether somebody holds a seat or has bought it, as far as that is known. */
export type IsTaken = (seat: Pick<SeatDoc, 'state' | 'index'>) => boolean

/** What is written on a place, by which people find it. */
const labels = ['section', 'row', 'number'] as const

/** Empty text is none. */
export const labelOf = (text: string | null): string | null => text || null

/** The labels that a description gives to a seat which has others. One that had none may get it. */
export const relabelled = (
  seat: SeatDoc,
  said: Partial<Pick<SeatInput, (typeof labels)[number]>>,
): readonly string[] =>
  labels.filter((field) => {
    const label = said[field]
    return label !== undefined && seat[field] !== null && labelOf(label) !== seat[field]
  })

const isLabelled = (seat: SeatDoc, said: PlannedSeat): boolean =>
  labels.every((field) => labelOf(said[field] ?? null) === seat[field])

/**
 * What became of a guid before ids were injective: two texts could be one seat, so that it is believed of a seat only where
 * nothing else says of which text it is.
 */
const formerIdOf = (guid: string): string => guid.replaceAll(/[^A-Za-z0-9._~-]/g, '-').slice(0, 64)

/** Seats that a version before has made of guids which could be no ids: those of the plan that are still the same places. */
function formerSeats(
  planned: readonly PlannedSeat[],
  known: readonly SeatDoc[],
  isTaken: IsTaken,
): ReadonlyMap<string, SeatId> {
  const guids = new Set(planned.map(({ guid }) => guid))
  const unclaimed = new Map<string, SeatDoc>(
    known
      .filter(({ guid, seatId }) => guid === null && !guids.has(seatId))
      .map((seat) => [seat.seatId, seat]),
  )
  const kept = new Set(known.flatMap(({ guid }) => guid ?? []))
  const rivals = planned.filter(({ guid }) => !kept.has(guid) && formerIdOf(guid) !== guid)
  const found = new Map<string, SeatId>()
  for (const [formerId, places] of Map.groupBy(rivals, ({ guid }) => formerIdOf(guid))) {
    const seat = unclaimed.get(formerId)
    if (!seat) continue
    const same = places.filter((place) => isLabelled(seat, place))
    const [place] = same.length === 1 ? same : places
    // Of one that nobody has it is enough that no other place could be meant.
    if (place && (same.length === 1 || (places.length === 1 && !isTaken(seat))))
      found.set(place.guid, seat.seatId)
  }
  return found
}

/**
 * Which seat each place of a plan is: the one that has its guid, or had its id before guids were kept, or a new one. No two
 * places are one seat.
 */
export async function identify(
  platform: Pick<Platform, 'sha256'>,
  planned: readonly PlannedSeat[],
  { known, isTaken }: { readonly known: readonly SeatDoc[]; readonly isTaken: IsTaken },
): Promise<ReadonlyMap<string, SeatId>> {
  const byGuid = new Map(
    known.flatMap(({ guid, seatId }) => (guid === null ? [] : [[guid, seatId] as const])),
  )
  const guidOf = new Map<string, string | null>(known.map(({ seatId, guid }) => [seatId, guid]))
  const former = formerSeats(planned, known, isTaken)
  const ids = new Map<string, SeatId>()
  for (const { guid } of planned) {
    const id = byGuid.get(guid) ?? former.get(guid) ?? (await freeIdOf(platform, guid, guidOf))
    ids.set(guid, id)
  }
  return ids
}

/** The id of a guid, or a digest where a seat of another guid has that id since before. */
async function freeIdOf(
  platform: Pick<Platform, 'sha256'>,
  guid: string,
  guidOf: ReadonlyMap<string, string | null>,
): Promise<SeatId> {
  // One that was described without a guid is known by its id, whatever form that has.
  if (guidOf.get(guid) === null) return guid as SeatId
  const id = await planSeatId(platform, guid)
  const other = guidOf.get(id)
  // No guid has a control character, so this is the digest of no other.
  return other === undefined || other === null || other === guid ? id : planSeatId(platform, `\0${guid}`)
}
