// A trend's verdict as a sentence.

import type { TrendRecord, TrendSlope } from '../result.ts';
import type { Quantity } from './quantities.ts';
import type { ReconnectPower } from './reconnect-power.ts';

export function trendSentence(
  quantity: Quantity,
  outcome: TrendRecord['outcome'],
  slope: TrendSlope,
  why: string,
  power: ReconnectPower | undefined,
): string {
  const perDay = (value: number) => `${amountText(value, quantity)}/day`;
  const interval = `${perDay(slope.lowPerDay)} to ${perDay(slope.highPerDay)} at 95 %`;
  const below = `growth below ${perDay(Math.max(slope.highPerDay, 0))} at 95 %`;
  switch (outcome) {
    case 'leak': {
      const each = power === undefined ? '' : `, ${Math.round(power.bytesEach)} bytes a reconnect`;
      return `leak: ${quantity.title} grows by ${perDay(slope.perDay)}${each} (${interval}); ${why}`;
    }
    case 'no leak':
      return `no leak: ${below}; ${why}`;
    case 'not enough data': {
      return power?.isShort
        ? `not enough data: ${power.reconnects} reconnects, a leak of 1 KiB a reconnect would be seen from ${power.needed} on; ${below}`
        : `not enough data: ${quantity.title} changes by ${interval}; ${why}`;
    }
  }
}

export function amountText(value: number, { unit, unitSize }: Quantity): string {
  const shown = value / unitSize;
  return `${Math.abs(shown) >= 100 ? Math.round(shown) : Number(shown.toPrecision(2))} ${unit}`;
}

export function spanText(ms: number): string {
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
