// The plain Go design: net/http, and for each stream a goroutine, a channel and a Flusher. No history.
//
//	GET /stream?topic=NAME   POST /publish with {"topic": "...", "data": "..."}, an array of them, or NDJSON
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"
)

// Events that wait for one stream; a stream that is further behind is ended, so that nothing grows without bound.
const maxWaiting = 1024

const heartbeat = 15 * time.Second

type event struct {
	Topic string `json:"topic"`
	Data  string `json:"data"`
}

type stream struct {
	events chan []byte
	// Closed when the stream was too slow.
	ended chan struct{}
}

type hub struct {
	mutex   sync.RWMutex
	streams map[string]map[*stream]struct{}
}

func (h *hub) add(topic string, s *stream) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.streams[topic] == nil {
		h.streams[topic] = make(map[*stream]struct{})
	}
	h.streams[topic][s] = struct{}{}
}

func (h *hub) remove(topic string, s *stream) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	delete(h.streams[topic], s)
	if len(h.streams[topic]) == 0 {
		delete(h.streams, topic)
	}
}

func (h *hub) send(e event) {
	frame := []byte("data: " + e.Data + "\n\n")
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	for s := range h.streams[e.Topic] {
		select {
		case s.events <- frame:
		default:
			select {
			case <-s.ended:
			default:
				close(s.ended)
			}
		}
	}
}

func (h *hub) serveStream(w http.ResponseWriter, r *http.Request) {
	flusher := w.(http.Flusher)
	topic := r.URL.Query().Get("topic")
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	flusher.Flush()
	s := &stream{events: make(chan []byte, maxWaiting), ended: make(chan struct{})}
	h.add(topic, s)
	defer h.remove(topic, s)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var frame []byte
		select {
		case frame = <-s.events:
		case <-beat.C:
			frame = []byte(":\n\n")
		case <-s.ended:
			return
		case <-r.Context().Done():
			return
		}
		if _, err := w.Write(frame); err != nil {
			return
		}
		flusher.Flush()
	}
}

func (h *hub) servePublish(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var events []event
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		err = json.Unmarshal(body, &events)
	} else {
		decoder := json.NewDecoder(bytes.NewReader(body))
		for err == nil {
			var e event
			if err = decoder.Decode(&e); err == nil {
				events = append(events, e)
			}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, e := range events {
		h.send(e)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte("{}"))
}

func main() {
	h := &hub{streams: make(map[string]map[*stream]struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stream", h.serveStream)
	mux.HandleFunc("POST /publish", h.servePublish)
	server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
