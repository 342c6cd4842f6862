import { EventInput, ImportPlanRequest } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { demoEvents } from './index.ts'

const seatCounts = { theatre: 1510, cinema: 252, coach: 49 }
/** A seat is drawn 18 units wide. */
const distanceMin = 20

describe.each(demoEvents)('the demo event $eventId', ({ eventId, input, importPlan }) => {
  const request = ImportPlanRequest.parse(importPlan)
  const seats = request.plan.zones.flatMap((zone) =>
    zone.rows.flatMap((row) =>
      row.seats.map((seat) => ({
        guid: seat.seat_guid,
        x: zone.position.x + row.position.x + seat.position.x,
        y: zone.position.y + row.position.y + seat.position.y,
      })),
    ),
  )

  test('is accepted by the public API and has its seats', () => {
    expect(EventInput.parse(input).currency).toBe('EUR')
    expect(seats).toHaveLength(seatCounts[eventId])
    expect(new Set(seats.map((seat) => seat.guid)).size).toBe(seats.length)
  })

  test('has no two seats on top of each other, and none outside the plan', () => {
    const { width = 0, height = 0 } = request.plan.size ?? {}
    const outside = seats.filter(({ x, y }) => x < 10 || y < 10 || x > width - 10 || y > height - 10)
    expect(outside).toEqual([])
    const tooClose = seats.filter((a, i) =>
      seats.slice(i + 1).some((b) => Math.hypot(a.x - b.x, a.y - b.y) < distanceMin),
    )
    expect(tooClose).toEqual([])
  })
})
