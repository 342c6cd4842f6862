import type { SeatingPlan } from '@holdfast/contract'
import { arcRow, type Point, rowLetter } from './geometry.ts'

type Zone = SeatingPlan['zones'][number]
type Row = Zone['rows'][number]

/** A venue: its plan in pretix's format, and what the format has no word for. */
export interface Venue {
  readonly plan: SeatingPlan
  /** Places for wheelchairs, by seat_guid. */
  readonly accessible: readonly string[]
}

const at = { x: 0, y: 0 }

function row(label: string, prefix: string, category: string, places: readonly Point[]): Row {
  const seats = places.map((position, i) => ({
    seat_guid: `${prefix}${label}-${i + 1}`,
    seat_number: String(i + 1),
    position,
    category,
  }))
  return { row_number: label, position: at, seats }
}

const label = (
  text: string,
  position: Point,
  color: string,
  size: number,
): NonNullable<Zone['areas']>[number] => ({
  shape: 'text',
  position,
  text: { text, position: at, color, size },
})

/** Stalls, circle and balcony on arcs around a stage: 1,510 seats. */
export function theatre(): Venue {
  const centre = { x: 720, y: -330 }
  const arcs = { pitch: 22, aisle: 30 }
  const tier = (
    name: string,
    prefix: string,
    rows: number,
    first: number,
    radius: number,
    category: (i: number) => string,
  ): Zone => ({
    name,
    position: at,
    areas: [],
    rows: Array.from({ length: rows }, (_, i) => {
      const count = first + i
      const third = Math.round(count / 3)
      const places = arcRow(centre, radius + i * 25, count, { ...arcs, aisleAfter: [third, count - third] })
      return row(rowLetter(i), prefix, category(i), places)
    }),
  })
  const stage: Zone = {
    name: 'Stage',
    position: at,
    rows: [],
    areas: [
      {
        shape: 'polygon',
        position: at,
        color: '#2f3542',
        border_color: '#2f3542',
        polygon: {
          points: [
            { x: 450, y: 10 },
            { x: 990, y: 10 },
            { x: 920, y: 70 },
            { x: 520, y: 70 },
          ],
        },
      },
      label('STAGE', { x: 720, y: 42 }, '#ffffff', 24),
    ],
  }
  const plan: SeatingPlan = {
    name: 'Theatre',
    size: { width: 1440, height: 1200 },
    categories: [
      { name: 'Premium', color: '#c0392b' },
      { name: 'Stalls', color: '#2471a3' },
      { name: 'Circle', color: '#1e8449' },
      { name: 'Balcony', color: '#7d6608' },
    ],
    zones: [
      stage,
      tier('Stalls', '', 20, 26, 490, (i) => (i < 8 ? 'Premium' : 'Stalls')),
      tier('Circle', 'C-', 10, 44, 1040, () => 'Circle'),
      tier('Balcony', 'B-', 6, 50, 1340, () => 'Balcony'),
    ],
  }
  return { plan, accessible: ['T-1', 'T-2', 'T-44', 'T-45', 'C-A-1', 'C-A-44'] }
}

/**
 * Fourteen slightly curved rows before a screen: 252 seats, the last row for those who like it soft. The categories are
 * the tiers that the pages of TicketS know, which show this cinema on a laptop.
 */
export function cinema(): Venue {
  const centre = { x: 320, y: -1500 }
  const categoryOf = (i: number) => (i === 13 ? 'VIP' : i >= 8 ? 'Premium' : 'Standard')
  const rows = Array.from({ length: 14 }, (_, i) => {
    const places = arcRow(centre, 1600 + i * 32, 18, { pitch: 28, aisleAfter: [4, 14], aisle: 26 })
    return row(rowLetter(i), '', categoryOf(i), places)
  })
  const plan: SeatingPlan = {
    name: 'Cinema',
    size: { width: 640, height: 580 },
    categories: [
      { name: 'Standard', color: '#2471a3' },
      { name: 'Premium', color: '#b9770e' },
      { name: 'VIP', color: '#884ea0' },
    ],
    zones: [
      {
        name: 'Screen',
        position: at,
        rows: [],
        areas: [
          {
            shape: 'rectangle',
            position: { x: 90, y: 20 },
            color: '#2f3542',
            rectangle: { width: 460, height: 12 },
          },
          label('SCREEN', { x: 320, y: 52 }, '#57606f', 16),
        ],
      },
      { name: 'Hall', position: at, areas: [], rows },
    ],
  }
  return { plan, accessible: ['A-1', 'A-18'] }
}

/** A coach with two seats on each side and five in the back row: 49 seats, lettered across the aisle. */
export function coach(): Venue {
  const across = [30, 60, 120, 150]
  const rowOf = (number: number, xs: readonly number[]): Row => ({
    row_number: String(number),
    position: { x: 0, y: 90 + number * 36 },
    seats: xs.map((x, i) => ({
      seat_guid: `${number}${rowLetter(i)}`,
      seat_number: rowLetter(i),
      position: { x, y: 0 },
      category: number <= 2 ? 'Front' : 'Standard',
    })),
  })
  const plan: SeatingPlan = {
    name: 'Coach',
    size: { width: 180, height: 570 },
    categories: [
      { name: 'Front', color: '#b9770e' },
      { name: 'Standard', color: '#2471a3' },
    ],
    zones: [
      {
        name: 'Coach',
        position: at,
        areas: [
          {
            shape: 'rectangle',
            position: { x: 4, y: 8 },
            border_color: '#57606f',
            rectangle: { width: 172, height: 550 },
          },
          { shape: 'circle', position: { x: 45, y: 48 }, color: '#57606f', circle: { radius: 15 } },
          label('Driver', { x: 45, y: 82 }, '#57606f', 12),
          {
            shape: 'rectangle',
            position: { x: 168, y: 36 },
            color: '#57606f',
            rectangle: { width: 8, height: 46 },
          },
          label('Door', { x: 140, y: 62 }, '#57606f', 12),
        ],
        rows: [
          ...Array.from({ length: 11 }, (_, i) => rowOf(i + 1, across)),
          rowOf(12, [30, 60, 90, 120, 150]),
        ],
      },
    ],
  }
  return { plan, accessible: ['1A', '1B'] }
}
