import * as z from 'zod'
import { areasPerPlanMax, categoriesPerPlanMax, nameLengthMax } from './limits.ts'
import { MinorUnits } from './money.ts'

/*
 * The open seating-plan JSON that pretix reads and writes. Fields that Holdfast does not use are dropped, and what
 * real plans leave out is optional: that is why these objects are not strict.
 */

const text = () => z.string().min(1).max(nameLengthMax)
const coordinate = () => z.number().min(-1e6).max(1e6)
const Point = z.object({ x: coordinate(), y: coordinate() })
const origin = { x: 0, y: 0 }
const Color = z.string().max(40)

const PlanSeat = z.object({
  seat_guid: text(),
  seat_number: text().nullish(),
  position: Point,
  category: text(),
})

const PlanRow = z.object({
  row_number: text().nullish(),
  position: Point.default(origin),
  seats: z.array(PlanSeat),
})

const PlanText = z.object({
  text: z.string().max(nameLengthMax),
  position: Point.nullish(),
  color: Color.nullish(),
  size: z.number().positive().nullish(),
})

const PlanArea = z.object({
  shape: z.enum(['circle', 'ellipse', 'rectangle', 'polygon', 'text']).default('rectangle'),
  position: Point,
  color: Color.nullish(),
  border_color: Color.nullish(),
  rotation: z.number().nullish(),
  /** Early plans have the words only, and the size of a rectangle on the area itself. */
  text: z.union([PlanText, z.string().max(nameLengthMax)]).nullish(),
  width: z.number().nullish(),
  height: z.number().nullish(),
  circle: z.object({ radius: z.number() }).nullish(),
  ellipse: z.object({ radius: Point }).nullish(),
  rectangle: z.object({ width: z.number(), height: z.number() }).nullish(),
  polygon: z.object({ points: z.array(Point).max(1_000) }).nullish(),
})
export type PlanArea = z.infer<typeof PlanArea>

/** A seating plan in pretix's format. */
export const SeatingPlan = z.object({
  name: text(),
  size: z.object({ width: z.number().positive(), height: z.number().positive() }).nullish(),
  categories: z
    .array(z.object({ name: text(), color: Color.nullish() }))
    .min(1)
    .max(categoriesPerPlanMax),
  zones: z.array(
    z.object({
      name: z.string().max(nameLengthMax).default(''),
      position: Point.default(origin),
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
