import {
  areasPerPlanMax,
  ChartArea,
  type ImportPlanRequest,
  type PlanArea,
  type RequestFault,
  type SeatInput,
  type SeatingPlan,
  seatsPerEventMax,
} from '@holdfast/contract'
import type { PlannedFrame } from './planned-frame.ts'

/** A place of a plan: what it says of a seat, by the guid that it knows it by. */
export interface PlannedSeat extends Omit<SeatInput, 'id' | 'metadata'> {
  readonly guid: string
  /** Where it stands in the request. */
  readonly path: string
  readonly price: number
  readonly sectionNth: number
  readonly rowNth: number
}

type Planned =
  | { readonly ok: true; readonly frame: PlannedFrame; readonly seats: readonly PlannedSeat[] }
  | { readonly ok: false; readonly errors: readonly RequestFault[] }

/** What a seating plan and its prices make of an event: its seats at absolute positions, and the frame around them. */
export function planToInventory({ plan, prices, accessible }: ImportPlanRequest): Planned {
  const faults: RequestFault[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })
  const seats = new Map<string, PlannedSeat>()
  const categories = namesOf(plan, fault)
  const isUsed = new Set<string>()
  const forWheelchairs = accessible && new Set(accessible)

  for (const place of placesOf(plan)) {
    const { path, guid, category } = place
    const price = prices.get(category)
    if (!categories.has(category)) fault(path, `has the unknown category ${category}`)
    else if (price === undefined && !isUsed.has(category)) fault(`prices.${category}`, 'is missing')
    isUsed.add(category)
    if (seats.has(guid)) fault(`${path}.seat_guid`, 'is the guid of another seat of the plan too')
    // Not said is left as it is; null says that there are none.
    const isAccessible = accessible === undefined ? {} : { accessible: forWheelchairs?.delete(guid) ?? false }
    seats.set(guid, { ...place, price: price ?? 0, ...isAccessible })
  }
  for (const name of prices.keys())
    if (!categories.has(name)) fault(`prices.${name}`, 'is the price of no category of the plan')
  for (const guid of forWheelchairs ?? []) fault('accessible', `names the unknown seat ${guid}`)
  for (const [place, area] of areasOf(plan))
    if (!ChartArea.safeParse(area).success) fault(place, 'stands beyond what can be drawn, or is larger')
  if ([...areasOf(plan)].length > areasPerPlanMax)
    fault('plan.zones', `have more than ${areasPerPlanMax} areas`)
  if (seats.size === 0) fault('plan.zones', 'have no seats')
  if (seats.size > seatsPerEventMax) fault('plan.zones', `have more than ${seatsPerEventMax} seats`)
  if (faults.length > 0) return { ok: false, errors: faults }
  const inOrder = [...seats.values()]
  return { ok: true, frame: frameOf(plan, inOrder), seats: inOrder }
}

type TellFault = (path: string, message: string) => void

/** The categories by their names, which are all that seats and prices know of them. */
function namesOf({ categories }: SeatingPlan, fault: TellFault): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [at, { name }] of categories.entries()) {
    if (names.has(name))
      fault(`plan.categories.${at}.name`, 'is the name of another category of the plan too')
    names.add(name)
  }
  return names
}

/** Counts what has the same name: 0 for the first. */
function counting(): (name: string) => number {
  const counts = new Map<string, number>()
  return (name) => {
    const nth = counts.get(name) ?? 0
    counts.set(name, nth + 1)
    return nth
  }
}

/** What is written on a place: absent when the plan does not say, null when it says that there is nothing. */
const labelled = <Field extends string>(field: Field, text: string | null | undefined) =>
  (text === undefined ? {} : { [field]: text || null }) as { readonly [Name in Field]?: string | null }

/** Every seat of the plan with its absolute position and where it stands in the plan. */
function* placesOf(plan: SeatingPlan) {
  const sections = counting()
  for (const [z, zone] of plan.zones.entries()) {
    const at = zone.position
    const sectionNth = sections(zone.name ?? '')
    const rowsOfZone = counting()
    for (const [r, row] of zone.rows.entries()) {
      const from = row.position
      const rowNth = rowsOfZone(row.row_number ?? '')
      for (const [s, seat] of row.seats.entries()) {
        yield {
          path: `plan.zones.${z}.rows.${r}.seats.${s}`,
          guid: seat.seat_guid,
          category: seat.category,
          sectionNth,
          rowNth,
          ...labelled('section', zone.name),
          ...labelled('row', row.row_number),
          ...labelled('number', seat.seat_number),
          x: at.x + from.x + seat.position.x,
          y: at.y + from.y + seat.position.y,
        }
      }
    }
  }
}

/** Every area of the plan at its absolute position, and where it stands in the plan. */
function* areasOf(plan: SeatingPlan): Generator<readonly [string, ChartArea]> {
  for (const [z, { areas, position }] of plan.zones.entries())
    for (const [a, area] of (areas ?? []).entries())
      yield [`plan.zones.${z}.areas.${a}`, areaOf(area, position)]
}

function frameOf(plan: SeatingPlan, seats: readonly PlannedSeat[]): PlannedFrame {
  const areas = [...areasOf(plan)].map(([, area]) => area)
  const saysAreas = plan.zones.some((zone) => zone.areas !== undefined)
  const reach = (axis: 'x' | 'y') => 20 + seats.reduce((far, seat) => Math.max(far, seat[axis] ?? 0), 1)
  return {
    ...(plan.size && { size: plan.size }),
    reach: { width: reach('x'), height: reach('y') },
    categories: plan.categories.map(({ name, color }) => ({
      name,
      ...(color !== undefined && { color: hexOf(color) }),
    })),
    ...(saysAreas && { areas }),
  }
}

const hexOf = (color: string | null | undefined): string | null =>
  color && /^#[0-9A-Fa-f]{3,8}$/.test(color) ? color : null

function areaOf(area: PlanArea, zone: { x: number; y: number }): ChartArea {
  const { x, y } = area.position
  const size = sizeOf(area)
  const words = typeof area.text === 'string' ? { text: area.text } : area.text
  return {
    shape: area.shape,
    x: zone.x + x,
    y: zone.y + y,
    rotation: area.rotation ?? 0,
    color: hexOf(area.color),
    borderColor: hexOf(area.border_color),
    width: size?.width ?? null,
    height: size?.height ?? null,
    points: area.polygon?.points ?? null,
    text: words?.text
      ? {
          text: words.text,
          x: words.position?.x ?? 0,
          y: words.position?.y ?? 0,
          color: hexOf(words.color),
          size: words.size ?? 16,
        }
      : null,
  }
}

/** Full width and height of what has them; a circle's are its diameter. */
function sizeOf({ circle, ellipse, rectangle, width, height }: PlanArea) {
  if (circle) return { width: 2 * circle.radius, height: 2 * circle.radius }
  if (ellipse) return { width: 2 * ellipse.radius.x, height: 2 * ellipse.radius.y }
  if (rectangle) return rectangle
  return width && height ? { width, height } : null
}
