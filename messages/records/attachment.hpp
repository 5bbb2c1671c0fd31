#pragma once

#include "base/described.hpp"

namespace records {

/// A file that goes with a chat message, without its content.
struct attachment_head {
  std::string id;
  std::string name;
  std::string media_type; ///< image/png, image/jpeg, image/gif, image/webp or application/pdf
  std::int64_t size = 0;  ///< bytes
};
BOOST_DESCRIBE_STRUCT(attachment_head, (), (id, name, media_type, size))

/// One row of `attachments`.
struct attachment {
  std::string id;
  std::string conversation_id;
  std::string user_id;
  std::string name;
  std::string media_type;
  std::int64_t size = 0;
  std::string content; ///< base64
  base::timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(attachment, (), (id, conversation_id, user_id, name, media_type, size, content, created_at))

} // namespace records
