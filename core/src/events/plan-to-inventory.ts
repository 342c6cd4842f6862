import {
  type ChartArea,
  type ChartFrame,
  type ImportPlanRequest,
  type PlanArea,
  SeatId,
  type SeatInput,
  type SeatingPlan,
  seatsPerEventMax,
} from '@holdfast/contract'

type Fault = { readonly path: string; readonly message: string }
type Planned =
  | { readonly ok: true; readonly frame: ChartFrame; readonly seats: SeatInput[] }
  | { readonly ok: false; readonly errors: readonly Fault[] }

/** Drawn for a category that has no hex colour of its own. */
const defaultColor = '#8a8f98'
const faultsMax = 20

/** What a seating plan and its prices make of an event: its seats at absolute positions, and the frame around them. */
export function planToInventory({ plan, prices, accessible }: ImportPlanRequest): Planned {
  const faults: Fault[] = []
  const fault = (path: string, message: string) => {
    if (faults.length < faultsMax) faults.push({ path, message })
  }
  const seats = new Map<SeatId, SeatInput>()
  const categories = new Set(plan.categories.map((category) => category.name))
  const forWheelchairs = new Set(accessible)

  for (const { path, guid, category, ...described } of placesOf(plan)) {
    const id = seatIdOf(guid)
    const price = prices[category]
    if (!categories.has(category)) fault(path, `has the unknown category ${category}`)
    if (seats.has(id)) fault(path, `is the second seat with the id ${id}`)
    if (price === undefined) fault(`prices.${category}`, 'is missing')
    seats.set(id, { id, category, price: price ?? 0, ...described, accessible: forWheelchairs.delete(guid) })
  }
  for (const guid of forWheelchairs) fault('accessible', `names the unknown seat ${guid}`)
  if (seats.size === 0) fault('plan.zones', 'have no seats')
  if (seats.size > seatsPerEventMax) fault('plan.zones', `have more than ${seatsPerEventMax} seats`)
  if (faults.length > 0) return { ok: false, errors: faults }
  const inOrder = [...seats.values()]
  return { ok: true, frame: frameOf(plan, inOrder), seats: inOrder }
}

/** Every seat of the plan with its absolute position and where it stands in the plan. */
function* placesOf(plan: SeatingPlan) {
  for (const [z, zone] of plan.zones.entries()) {
    for (const [r, row] of zone.rows.entries()) {
      for (const [s, seat] of row.seats.entries()) {
        yield {
          path: `plan.zones.${z}.rows.${r}.seats.${s}`,
          guid: seat.seat_guid,
          category: seat.category,
          ...(zone.name && { section: zone.name }),
          ...(row.row_number && { row: row.row_number }),
          ...(seat.seat_number && { number: seat.seat_number }),
          x: zone.position.x + row.position.x + seat.position.x,
          y: zone.position.y + row.position.y + seat.position.y,
        }
      }
    }
  }
}

/** A guid may be any text; what an id may not contain becomes a dash. */
const seatIdOf = (guid: string): SeatId =>
  SeatId.parse(guid.replaceAll(/[^A-Za-z0-9._~-]/g, '-').slice(0, 64))

function frameOf(plan: SeatingPlan, seats: readonly SeatInput[]): ChartFrame {
  const areas = plan.zones.flatMap((zone) => zone.areas.map((area) => areaOf(area, zone.position)))
  const reach = (axis: 'x' | 'y') => 20 + seats.reduce((far, seat) => Math.max(far, seat[axis] ?? 0), 1)
  return {
    size: plan.size ?? { width: reach('x'), height: reach('y') },
    categories: plan.categories.map(({ name, color }) => ({ name, color: hexOf(color) ?? defaultColor })),
    areas,
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
    text: words
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
