#pragma once

#include "clients/http/curl_handle.hpp"
#include "clients/http/engine.hpp"
#include "clients/http/head_reader.hpp"
#include "clients/http/url.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace net {

using steady = std::chrono::steady_clock;

/// An address as text (IPv6 without brackets) and its port; false if it is none.
[[nodiscard]] bool to_sockaddr(const char* address, int port, sockaddr_storage& out) noexcept;

class open_transfer;

/// What a transfer asks of its engine and tells it, on the engine's thread.
class transfer_host {
public:
  virtual ~transfer_host() = default;
  /// Why trust::open may not reach this address of `host`, as one sentence.
  [[nodiscard]] virtual std::optional<std::string> refusal(const url& host, const sockaddr& address) = 0;
  /// A socket is about to be made for this address; false: it shall not.
  [[nodiscard]] virtual bool connecting(const sockaddr& address) = 0;
  /// Whether requests of runs may not be sent now.
  [[nodiscard]] virtual bool held() = 0;
  /// A byte of a run's request goes out.
  virtual void sends() = 0;
  /// The transfer has its connection. Called inside libcurl: no transfer may be added or removed.
  virtual void connected(const open_transfer& t) = 0;
  /// The transfer's next deadline may have moved.
  virtual void moved(transfer_id id) = 0;
};

/// One transfer from its request to its end, redirects included: one libcurl handle after the other, each for one hop.
/// Lives and works on the engine's thread. libcurl's callbacks never end it; they say so by an error, and hop_ended() tells
/// what becomes of it.
class open_transfer {
public:
  open_transfer(transfer_id id, request what, listener who, transfer_host& host);
  open_transfer(const open_transfer&) = delete;
  open_transfer& operator=(const open_transfer&) = delete;

  [[nodiscard]] transfer_id id() const noexcept { return id_; }
  [[nodiscard]] net::trust trust() const noexcept { return what_.trust; }
  [[nodiscard]] const url& where() const noexcept { return where_; }
  [[nodiscard]] bool answered() const noexcept { return answered_; } ///< the listener has its head
  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }

  /// Reads and checks the request. What is wrong with it, or nothing.
  [[nodiscard]] std::optional<outcome> check();

  /// Begins a hop: from here bounds::connect counts.
  void begin_hop();
  /// Makes the hop's handle. `addresses` are those of the host's name; none for a host that is an address.
  /// `ca_file` as in engine_settings.
  [[nodiscard]] CURL* connect(const std::vector<std::string>& addresses, const std::string& ca_file);
  /// The hop is over: how the transfer ended, or nothing when a redirect is to be followed by begin_hop().
  [[nodiscard]] std::optional<outcome> hop_ended(CURLcode code);
  /// Drops the hop's handle, which must have left its multi handle.
  void drop_handle() noexcept { easy_.reset(); }

  /// The time at which the first of the bounds is reached; max = none.
  [[nodiscard]] steady::time_point deadline() const noexcept;
  /// The sentence for the bound that is reached at `now`.
  [[nodiscard]] std::optional<outcome> overdue(steady::time_point now) const;

  /// The deadline that the engine has noted.
  steady::time_point noted = steady::time_point::max();
  /// The origin at which the engine has counted it; empty = none.
  std::string slot;

  /// Tells the listener.
  void tell_end(outcome how) noexcept;

private:
  enum class phase { connecting, waiting, receiving };

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* self, char* address, char* local, int port, int local_port);
  static int moving(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded);
  static int before_lookup(void* resolver, void* reserved, void* self);
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);

  void set_up(CURL* e);
  void set_method(CURL* e);
  bool head_is_there();
  bool take_piece(std::string_view bytes);
  /// Remembers why the hop is given up; libcurl's own error is then not looked at.
  bool give_up(fault why, std::string sentence);
  [[nodiscard]] outcome follow();
  [[nodiscard]] outcome failure_of(CURLcode code) const;

  transfer_id id_;
  request what_;
  listener who_;
  transfer_host& host_;
  url where_;
  easy_handle easy_;
  curl_list headers_;
  curl_list addresses_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  head_reader reader_;
  phase phase_ = phase::connecting;
  curl_off_t uploaded_ = 0; ///< bytes of the body, as far as a run's requests are watched
  steady::time_point started_ = steady::now();
  steady::time_point since_ = started_; ///< the phase's beginning, or the last piece
  std::uint64_t bytes_ = 0;             ///< of the body, after decompression
  int redirects_ = 0;
  bool redirecting_ = false; ///< the answer is a redirect that will be followed
  bool answered_ = false;
  std::optional<outcome> given_up_;
  std::optional<std::string> refusal_; ///< of an address of this hop
};

} // namespace net
