#pragma once

#include "base/described.hpp"
#include "clients/http/transfer.hpp"
#include "clients/models/provider_error.hpp"
#include "clients/models/sse.hpp"
#include "messages/records/model.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What all model APIs have in common here: one request form in, pieces and a whole answer out. Nothing in this folder sends
/// anything; a provider actor does, and hands the bytes over.
namespace models {

/// One call of a model. The same conversation must make the same request up to its new end: providers cache by the beginning,
/// and check that reasoning stands behind what it was made for.
struct request {
  std::string model; ///< without its provider
  base::trusted_text system;
  std::vector<message> messages; ///< oldest first
  /// How many of the messages, from the first, are earlier turns: later turns will send them again, so they are cached.
  std::size_t stable_messages = 0;
  std::vector<tool_description> tools;
  std::int64_t max_tokens = 0; ///< of the answer; 0 = what the model can, or the provider's default
  bool stream = true;
};

/// What is to be sent; `path` goes behind the provider's base URL. The credential is not in it.
struct http_call {
  std::string method = "POST";
  std::string path;
  std::vector<net::header> headers;
  std::string body;
};

enum class piece_kind {
  text,      ///< the next part of answer::text
  reasoning, ///< the next part of reasoning::text
  tool_call  ///< a call begins; its arguments come with the whole answer
};

/// A part of an answer while it comes.
struct piece {
  piece_kind kind = piece_kind::text;
  std::string text;         ///< tool_call: the tool's name
  std::string call_id = {}; ///< tool_call
};

/// What a call came to.
using reply = std::variant<answer, provider_error>;

/// Puts one answer together from the events of its stream. Never throws on what a provider sends.
class decoder {
public:
  virtual ~decoder() = default;
  /// Takes the next event; pieces are put behind `out`. After done() nothing is taken any more.
  virtual void feed(const sse_event& event, std::vector<piece>& out) = 0;
  /// The answer is whole or an error has come: the connection is not needed any more.
  [[nodiscard]] virtual bool done() const = 0;
  /// Called once, after the stream's last byte: the whole answer, or what came in its place. A stream that ended early is an
  /// error that says so; a part of an answer is never passed off as the whole.
  [[nodiscard]] virtual reply end() = 0;
};

[[nodiscard]] http_call make_call(api a, const request& r);
[[nodiscard]] std::unique_ptr<decoder> make_decoder(api a, const request& r);

/// An answer's bytes as they come, through the stream's parser into the decoder.
class answer_reader {
public:
  answer_reader(api a, const request& r) : decoder_(make_decoder(a, r)) {}
  void feed(std::string_view bytes, std::vector<piece>& out);
  [[nodiscard]] bool done() const { return parser_.failed() || decoder_->done(); }
  [[nodiscard]] reply end();

private:
  sse_parser parser_;
  std::unique_ptr<decoder> decoder_;
  std::vector<sse_event> events_; ///< of the last feed; kept for its memory
};

/// The answer from a body that is no stream (request::stream false, or a server that does not stream): status 200,
/// application/json.
[[nodiscard]] reply read_answer(api a, const request& r, std::string_view body);

/// An answer with another status than 2xx. `now` is for a `Retry-After` that names a time.
[[nodiscard]] provider_error read_error(api a, const net::head& head, std::string_view body, base::timestamp now);

/// The header that carries the key.
[[nodiscard]] net::credential credential(api a, base::secret key);

/// Where the API is unless an administrator says otherwise; without a slash at the end. Empty for api::compatible.
[[nodiscard]] std::string_view default_base_url(api a);

} // namespace models
