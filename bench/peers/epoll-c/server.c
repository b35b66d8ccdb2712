// The floor: what delivering an event costs with nothing but the system calls. One thread, one epoll, and for each
// event one send() a stream, of bytes that were made once. No history, no heartbeats, no joining of events; a stream
// whose socket takes less than it is given is closed, so there is no queue either.
//
//   GET /stream?topic=NAME      POST /publish with {"topic": "...", "data": "..."}, an array of them, or NDJSON
//
// It is no server to put before the public: it reads only what the bench sends it, and says 400 to the rest.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FILES 65536
#define MAX_TOPIC 256
#define MAX_REQUEST (8 << 20)
#define MAX_DATA 65536
#define BUCKETS 32768
#define BATCH 512

static const char STREAM_HEAD[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                  "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";
static const char PUBLISHED[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
static const char REFUSED[] = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

struct topic {
  char name[MAX_TOPIC];
  int *streams;
  int count, room;
  struct topic *next;
};

// A connection is a request that is being read (bytes), then a stream (topic) or the next request.
struct connection {
  struct topic *topic;
  int place;
  char *bytes;
  size_t length, room;
};

static struct connection connections[MAX_FILES];
static struct topic *topics[BUCKETS];
static int poll_fd;

static void *must(void *memory) {
  if (memory == NULL) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  return memory;
}

static struct topic *find_topic(const char *name, int is_new) {
  unsigned hash = 5381;
  for (const char *at = name; *at; at++) hash = hash * 33 + (unsigned char)*at;
  struct topic **bucket = &topics[hash % BUCKETS];
  for (struct topic *topic = *bucket; topic; topic = topic->next)
    if (strcmp(topic->name, name) == 0) return topic;
  if (!is_new) return NULL;
  struct topic *topic = must(calloc(1, sizeof *topic));
  strcpy(topic->name, name);
  topic->next = *bucket;
  return *bucket = topic;
}

static void subscribe(int fd, struct topic *topic) {
  if (topic->count == topic->room) {
    topic->room = topic->room ? topic->room * 2 : 1;
    topic->streams = must(realloc(topic->streams, topic->room * sizeof(int)));
  }
  connections[fd].topic = topic;
  connections[fd].place = topic->count;
  topic->streams[topic->count++] = fd;
}

static void drop(int fd) {
  struct connection *connection = &connections[fd];
  struct topic *topic = connection->topic;
  if (topic) {
    int last = topic->streams[--topic->count];
    topic->streams[connection->place] = last;
    connections[last].place = connection->place;
  }
  free(connection->bytes);
  memset(connection, 0, sizeof *connection);
  close(fd);
}

static void deliver(const char *name, const char *data, size_t length) {
  static char chunk[MAX_DATA + 64];
  struct topic *topic = find_topic(name, 0);
  if (topic == NULL) return;
  int size = snprintf(chunk, sizeof chunk, "%zx\r\ndata: %.*s\n\n\r\n", length + 8, (int)length, data);
  // From the end: a stream that is dropped is replaced by the last one, which has been served.
  for (int i = topic->count - 1; i >= 0; i--) {
    int fd = topic->streams[i];
    if (send(fd, chunk, size, MSG_NOSIGNAL | MSG_DONTWAIT) != size) drop(fd);
  }
}

// The text between the quotes behind `"name":`; escapes are left as they are, and the bench sends none.
static const char *member(const char *at, const char *end, const char *name, size_t *length) {
  const char *found = memmem(at, end - at, name, strlen(name));
  if (found == NULL) return NULL;
  const char *open = memchr(found + strlen(name), '"', end - found - strlen(name));
  const char *close = open ? memchr(open + 1, '"', end - open - 1) : NULL;
  if (close == NULL) return NULL;
  *length = close - open - 1;
  return open + 1;
}

static void publish(const char *body, size_t size) {
  const char *end = body + size;
  for (;;) {
    size_t topic_length, data_length;
    const char *topic = member(body, end, "\"topic\":", &topic_length);
    const char *data = topic ? member(topic + topic_length, end, "\"data\":", &data_length) : NULL;
    if (data == NULL || topic_length >= MAX_TOPIC || data_length >= MAX_DATA) return;
    char name[MAX_TOPIC];
    memcpy(name, topic, topic_length);
    name[topic_length] = 0;
    deliver(name, data, data_length);
    body = data + data_length + 1;
  }
}

static int hex(char digit) {
  return digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
}

// Reads `topic=` of the request line, percent-decoded; 0 where there is none.
static int read_topic(const char *head, const char *line_end, char *name) {
  const char *at = memmem(head, line_end - head, "topic=", 6);
  if (at == NULL) return 0;
  int length = 0;
  for (at += 6; at < line_end && *at != ' ' && *at != '&' && length < MAX_TOPIC - 1; at++) {
    int is_escape = *at == '%' && line_end - at > 2;
    name[length++] = is_escape ? (char)(hex(at[1]) * 16 + hex(at[2])) : *at;
    if (is_escape) at += 2;
  }
  name[length] = 0;
  return length > 0;
}

static void answer(int fd, const char *text, size_t size) {
  if (send(fd, text, size, MSG_NOSIGNAL) != (ssize_t)size) drop(fd);
}

// Takes one request off the front of what was read; 0 when it is not all there yet, or the connection is gone.
static int take_request(int fd) {
  struct connection *connection = &connections[fd];
  char *bytes = connection->bytes;
  char *head_end = connection->length ? memmem(bytes, connection->length, "\r\n\r\n", 4) : NULL;
  if (head_end == NULL) return 0;
  char *line_end = memchr(bytes, '\r', head_end - bytes + 1);
  size_t head = head_end + 4 - bytes, body = 0;
  *head_end = 0;
  char *header = strcasestr(bytes, "\ncontent-length:");
  if (header) body = strtoul(header + 16, NULL, 10);
  *head_end = '\r';
  if (connection->length < head + body) return 0;
  if (strncmp(bytes, "GET /stream", 11) == 0) {
    char name[MAX_TOPIC];
    if (!read_topic(bytes, line_end, name)) {
      answer(fd, REFUSED, sizeof REFUSED - 1);
      return 0;
    }
    free(bytes);
    connection->bytes = NULL;
    connection->length = connection->room = 0;
    subscribe(fd, find_topic(name, 1));
    answer(fd, STREAM_HEAD, sizeof STREAM_HEAD - 1);
    return 0;
  }
  if (strncmp(bytes, "POST /publish", 13) != 0) {
    answer(fd, REFUSED, sizeof REFUSED - 1);
    return 0;
  }
  publish(bytes + head, body);
  connection->length -= head + body;
  memmove(bytes, bytes + head + body, connection->length);
  answer(fd, PUBLISHED, sizeof PUBLISHED - 1);
  return connections[fd].bytes != NULL;
}

static void readable(int fd) {
  struct connection *connection = &connections[fd];
  char dropped[4096];
  if (connection->topic) {
    // A stream has nothing more to say but that it leaves.
    ssize_t got = recv(fd, dropped, sizeof dropped, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) drop(fd);
    return;
  }
  if (connection->length + 4096 > connection->room) {
    if (connection->room >= MAX_REQUEST) return drop(fd);
    connection->room = connection->room ? connection->room * 2 : 8192;
    connection->bytes = must(realloc(connection->bytes, connection->room));
  }
  ssize_t got = recv(fd, connection->bytes + connection->length, connection->room - connection->length, MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(fd);
  if (got < 0) return;
  connection->length += got;
  while (take_request(fd)) continue;
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (fd >= MAX_FILES) {
      close(fd);
      continue;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0) close(fd);
  }
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(argc > 1 ? atoi(argv[1]) : 9100),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 65535) < 0) {
    perror("listen");
    return 1;
  }
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event events[BATCH] = {{.events = EPOLLIN, .data.fd = listener}};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, events);
  for (;;) {
    int count = epoll_wait(poll_fd, events, BATCH, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == listener) accept_all(listener);
      else readable(events[i].data.fd);
    }
  }
}
