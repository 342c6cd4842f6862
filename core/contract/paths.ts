import * as z from 'zod'
import { PaymentAccount, PaymentProvider } from './apps.ts'
import {
  AppId,
  BookingId,
  DeliveryId,
  EndpointId,
  EventId,
  GrantId,
  OutboxRowId,
  PaymentId,
  RefundId,
  SessionId,
  UserId,
} from './ids.ts'

/** The parts of an event's path. */
export const EventPath = z.object({ eventId: EventId })
/** The parts of a hold's path. */
export const HoldPath = z.object({ eventId: EventId, holdId: GrantId })
/** The parts of a booking's path. */
export const BookingPath = z.object({ bookingId: BookingId })
/** The parts of a payment's path. */
export const PaymentPath = z.object({ paymentId: PaymentId })
/** The parts of a refund's path. */
export const RefundPath = z.object({ refundId: RefundId })
/** The parts of the path to which a provider sends what happened at one account. */
export const WebhookPath = z.object({ provider: PaymentProvider, account: PaymentAccount })
/** The parts of the path of an endpoint of an app. */
export const EndpointPath = z.object({ endpointId: EndpointId })
/** The parts of the path of one delivery to it. */
export const DeliveryPath = z.object({ endpointId: EndpointId, deliveryId: DeliveryId })
/** The parts of an app's path, for its admin. */
export const AppPath = z.object({ appId: AppId })
/** The parts of a session's path. */
export const SessionPath = z.object({ sessionId: SessionId })
/** The parts of a user's path, for the admin. */
export const UserPath = z.object({ userId: UserId })

/** The parts of the path of a row of the outbox. */
export const OutboxRowPath = z.object({ rowId: OutboxRowId })

/** The body of a request that asks for nothing but itself. */
export const Nothing = z.strictObject({})
