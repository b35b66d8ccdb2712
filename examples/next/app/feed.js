'use client';

import { createElement, useEffect, useState } from 'react';

export function Feed() {
  const [events, setEvents] = useState([]);
  useEffect(() => {
    const source = new EventSource('/feed/stream?topic=a&from=earliest');
    source.onmessage = ({ data }) => setEvents((before) => [...before, data].slice(-100));
    return () => source.close();
  }, []);
  return createElement('pre', null, events.join('\n'));
}
