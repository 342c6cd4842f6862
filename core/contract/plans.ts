import { z } from 'zod'
import { areasPerPlanMax, categoriesPerPlanMax, nameLengthMax } from './limits.ts'
import { MinorUnits } from './money.ts'

/*
 * The open seating-plan JSON that pretix reads and writes. Fields that Holdfast does not use are dropped, which
 * is why these objects are not strict: plans people already have carry more than is needed here.
 */

const text = () => z.string().min(1).max(nameLengthMax)
const coordinate = () => z.number().min(-1e6).max(1e6)
const Point = z.object({ x: coordinate(), y: coordinate() })
const Color = z.string().max(40)

const PlanSeat = z.object({
  seat_guid: text(),
  seat_number: text().optional(),
  position: Point,
  category: text(),
})

const PlanRow = z.object({
  row_number: text().optional(),
  position: Point,
  seats: z.array(PlanSeat),
})

const PlanArea = z.object({
  shape: z.enum(['circle', 'ellipse', 'rectangle', 'polygon', 'text']),
  position: Point,
  color: Color.optional(),
  border_color: Color.optional(),
  rotation: z.number().optional(),
  text: z
    .object({
      position: Point.optional(),
      text: z.string().max(nameLengthMax),
      color: Color.optional(),
      size: z.number().optional(),
    })
    .optional(),
  circle: z.object({ radius: z.number() }).optional(),
  ellipse: z.object({ radius: Point }).optional(),
  rectangle: z.object({ width: z.number(), height: z.number() }).optional(),
  polygon: z.object({ points: z.array(Point).max(1_000) }).optional(),
})
export type PlanArea = z.infer<typeof PlanArea>

/** A seating plan in pretix's format. */
export const SeatingPlan = z.object({
  name: text(),
  size: z.object({ width: z.number().positive(), height: z.number().positive() }),
  categories: z
    .array(z.object({ name: text(), color: Color }))
    .min(1)
    .max(categoriesPerPlanMax),
  zones: z.array(
    z.object({
      name: text(),
      position: Point,
      rows: z.array(PlanRow),
      areas: z.array(PlanArea).max(areasPerPlanMax).default([]),
    }),
  ),
})
export type SeatingPlan = z.infer<typeof SeatingPlan>

/** PUT /v1/events/{e}/plan: a seating plan and what a seat of each category costs. */
export const ImportPlanRequest = z.strictObject({
  plan: SeatingPlan,
  prices: z.record(text(), MinorUnits),
  /** Seats for wheelchairs and companions, by seat_guid: the format has no field of its own for them. */
  accessible: z.array(text()).default([]),
})
export type ImportPlanRequest = z.infer<typeof ImportPlanRequest>
