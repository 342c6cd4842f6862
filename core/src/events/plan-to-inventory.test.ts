import { ImportPlanRequest } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { planToInventory } from './plan-to-inventory.ts'

const seat = (guid: string, more: object = {}) => ({
  seat_guid: guid,
  seat_number: '1',
  position: { x: 3, y: 4 },
  category: 'Stalls',
  ...more,
})

const plan = (seats: object[], more: object = {}) =>
  ImportPlanRequest.parse({
    prices: { Stalls: 1000 },
    plan: {
      name: 'Hall',
      size: { width: 100, height: 100 },
      categories: [{ name: 'Stalls', color: '#112233' }],
      zones: [
        {
          name: 'Ground',
          position: { x: 100, y: 200 },
          rows: [{ row_number: 'A', position: { x: 10, y: 20 }, seats }],
          areas: [{ shape: 'circle', position: { x: 1, y: 2 }, color: 'red', circle: { radius: 5 } }],
        },
      ],
    },
    ...more,
  })

describe('a seating plan', () => {
  test('becomes seats with section, row, number, price and absolute position', () => {
    const planned = planToInventory(plan([seat('A-1'), seat('A-2')], { accessible: ['A-2'] }))
    expect(planned).toMatchObject({
      ok: true,
      seats: [
        {
          id: 'A-1',
          section: 'Ground',
          row: 'A',
          number: '1',
          category: 'Stalls',
          price: 1000,
          x: 113,
          y: 224,
          accessible: false,
        },
        { id: 'A-2', accessible: true },
      ],
    })
  })

  test('keeps what is not a seat: areas at absolute positions, hex colours, the full width of a circle', () => {
    const planned = planToInventory(plan([seat('A-1')]))
    expect(planned).toMatchObject({
      frame: {
        size: { width: 100, height: 100 },
        categories: [{ name: 'Stalls', color: '#112233' }],
        areas: [{ shape: 'circle', x: 101, y: 202, width: 10, height: 10, color: null }],
      },
    })
  })

  test('may have guids that are no legal ids', () => {
    expect(planToInventory(plan([seat('Row A / Seat 1')]))).toMatchObject({
      seats: [{ id: 'Row-A---Seat-1' }],
    })
  })

  test.each([
    ['a seat twice', plan([seat('A-1'), seat('A-1')]), 'plan.zones.0.rows.0.seats.1'],
    ['guids that become one id', plan([seat('A 1'), seat('A/1')]), 'plan.zones.0.rows.0.seats.1'],
    ['a category nobody declared', plan([seat('A-1', { category: 'X' })]), 'plan.zones.0.rows.0.seats.0'],
    ['a category without a price', plan([seat('A-1')], { prices: {} }), 'prices.Stalls'],
    ['no seats', plan([]), 'plan.zones'],
    ['an accessible seat that is not there', plan([seat('A-1')], { accessible: ['B-1'] }), 'accessible'],
  ])('with %s is refused, and told where', (_, request, path) => {
    const planned = planToInventory(request)
    expect(planned.ok === false && planned.errors.map((error) => error.path)).toContain(path)
  })

  test('that leaves out what real plans leave out is accepted', () => {
    const request = ImportPlanRequest.parse({
      prices: { Stalls: 0 },
      plan: {
        name: 'Small',
        categories: [{ name: 'Stalls' }],
        zones: [
          {
            rows: [{ seats: [seat('1', { seat_number: null })] }],
            areas: [{ position: { x: 0, y: 0 }, width: 4, height: 3, text: 'Bar' }],
          },
        ],
        unknown: true,
      },
    })
    expect(planToInventory(request)).toMatchObject({
      ok: true,
      seats: [{ id: '1', x: 3, y: 4 }],
      frame: {
        size: { width: 23, height: 24 },
        areas: [{ shape: 'rectangle', width: 4, text: { text: 'Bar' } }],
      },
    })
  })
})
