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

const doubled = (request: ImportPlanRequest) => {
  const { categories } = request.plan
  return { ...request, plan: { ...request.plan, categories: [...categories, ...categories] } }
}

describe('a seating plan', () => {
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'with a category called %s needs a price of it as of any other',
    (category) => {
      const categories = [{ name: category }]
      const request = plan([seat('A-1', { category })], { prices: {} })
      const planned = planToInventory({ ...request, plan: { ...request.plan, categories } })
      expect(planned).toEqual({ ok: false, errors: [{ path: `prices.${category}`, message: 'is missing' }] })
    },
  )

  test.each(['constructor', '__proto__', 'toString'])(
    'with a category called %s is sold at its price',
    (category) => {
      const prices: unknown = JSON.parse(`{"${category}":700}`)
      const request = plan([seat('A-1', { category })], { prices })
      const categories = [{ name: category }]
      const planned = planToInventory({ ...request, plan: { ...request.plan, categories } })
      expect(planned).toMatchObject({ ok: true, seats: [{ category, price: 700 }] })
    },
  )

  test('whose areas are beyond what the store has room for is refused, and told where', () => {
    const far = { x: 1e6, y: 0 }
    const areas = [
      { position: { x: 0, y: 0 } },
      { position: { x: 1, y: 0 } },
      { circle: { radius: 1e308 }, position: { x: 0, y: 0 } },
      { rotation: 1, position: { x: 0, y: -1e6 } },
    ]
    const request = plan([seat('A-1')])
    const zone = (more: object) => ({ rows: [{ seats: [seat('A-1')] }], ...more })
    const withZones = (...zones: object[]) =>
      planToInventory(
        ImportPlanRequest.parse({ ...request, prices: { Stalls: 1 }, plan: { ...request.plan, zones } }),
      )
    const planned = withZones(zone({ position: far, areas }))
    expect(planned.ok === false && planned.errors.map(({ path }) => path)).toEqual([
      'plan.zones.0.areas.1',
      'plan.zones.0.areas.2',
    ])
    const many = Array.from({ length: 300 }, () => ({ position: { x: 0, y: 0 } }))
    const crowded = withZones(zone({ areas: many }), { areas: many })
    expect(crowded.ok === false && crowded.errors).toEqual([
      { path: 'plan.zones', message: 'have more than 500 areas' },
    ])
  })

  test('with a price that is none is refused at its category', () => {
    const { error } = ImportPlanRequest.safeParse({
      ...plan([]),
      prices: { Stalls: 1, Box: -1, constructor: '7' },
    })
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['prices.Box', 'prices.constructor'])
  })

  test('becomes seats with section, row, number, price and absolute position', () => {
    const planned = planToInventory(plan([seat('A-1'), seat('A-2')], { accessible: ['A-2'] }))
    expect(planned).toMatchObject({
      ok: true,
      seats: [
        {
          guid: 'A-1',
          section: 'Ground',
          row: 'A',
          number: '1',
          category: 'Stalls',
          price: 1000,
          x: 113,
          y: 224,
          accessible: false,
        },
        { guid: 'A-2', accessible: true },
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

  test('that says nothing of a place leaves it out, and one that says nothing is there has null', () => {
    const said = planToInventory(plan([seat('A-1')]))
    expect(said.ok && Object.keys(said.seats[0] ?? {})).not.toContain('accessible')
    const none = planToInventory(plan([seat('A-1', { seat_number: '' })], { accessible: null }))
    expect(none).toMatchObject({ seats: [{ number: null, accessible: false }] })
    const unsaid = planToInventory(plan([seat('A-1', { seat_number: undefined })]))
    expect(unsaid.ok && unsaid.seats[0]).not.toHaveProperty('number')
  })

  test('tells zones of one name apart, and rows of one', () => {
    const request = plan([])
    const row = (guid: string) => ({ row_number: 'A', seats: [seat(guid)] })
    const zones = [
      { name: 'Rang', rows: [row('L-1'), row('L-2')] },
      { name: 'Rang', rows: [row('R-1')] },
    ]
    const planned = planToInventory(
      ImportPlanRequest.parse({ ...request, prices: { Stalls: 1_000 }, plan: { ...request.plan, zones } }),
    )
    const told = planned.ok && planned.seats.map(({ guid, sectionNth, rowNth }) => [guid, sectionNth, rowNth])
    expect(told).toEqual([
      ['L-1', 0, 0],
      ['L-2', 0, 1],
      ['R-1', 1, 0],
    ])
  })

  test.each([
    ['a seat twice', plan([seat('A-1'), seat('A-1')]), 'plan.zones.0.rows.0.seats.1.seat_guid'],
    ['a price of no category', plan([seat('A-1')], { prices: { Stalls: 1, Stall: 2 } }), 'prices.Stall'],
    ['a category twice', doubled(plan([seat('A-1')])), 'plan.categories.1.name'],
    ['a category nobody declared', plan([seat('A-1', { category: 'X' })]), 'plan.zones.0.rows.0.seats.0'],
    ['a category without a price', plan([seat('A-1')], { prices: {} }), 'prices.Stalls'],
    ['no seats', plan([]), 'plan.zones'],
    ['an accessible seat that is not there', plan([seat('A-1')], { accessible: ['B-1'] }), 'accessible'],
  ])('with %s is refused, and told where', (_, request, path) => {
    const planned = planToInventory(request)
    expect(planned.ok === false && planned.errors.map((error) => error.path)).toContain(path)
  })

  test('that leaves out what real plans leave out, or has it as null, is accepted', () => {
    const request = ImportPlanRequest.parse({
      prices: { Stalls: 0 },
      plan: {
        name: '',
        categories: [{ name: 'Stalls', color: null }],
        zones: [
          {
            rows: [{ seats: [seat('1', { seat_number: null })] }, { position: null, seats: null }],
            areas: [
              { width: 4, height: 3, text: 'Bar' },
              { shape: null, position: null, text: { text: '' } },
            ],
          },
          { name: null, position: null, areas: null },
        ],
        unknown: true,
      },
    })
    expect(planToInventory(request)).toMatchObject({
      ok: true,
      seats: [{ guid: '1', number: null, x: 3, y: 4 }],
      frame: {
        reach: { width: 23, height: 24 },
        areas: [
          { shape: 'rectangle', x: 0, y: 0, width: 4, text: { text: 'Bar' } },
          { shape: 'rectangle', text: null },
        ],
      },
    })
  })
})
