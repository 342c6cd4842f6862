import { razorpayCounting } from '@holdfast/contract'
import { toProvider } from '../minor-units.ts'

/** What Razorpay is to be told; null when it cannot take such an amount. */
export function toRazorpay(amount: number, currency: string): number | null {
  const counting = razorpayCounting(currency)
  return counting && toProvider(amount, currency, counting)
}
