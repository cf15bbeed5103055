// What happened and what to do, in Vietnamese, by the names of errors.inc.
#include "messages.hpp"

namespace cotmoc::cli {
namespace {

constexpr ErrorText texts[] = {
    {"wrong_usage", "câu lệnh không đúng dạng đã quy định", "xem --help"},
    {"not_available_yet", "phiên bản này chưa có phần này", "xem CHANGELOG.md để biết đã có những gì"},
    {"internal", "một phép kiểm tra bên trong chương trình không đạt",
     "hãy báo lại kèm chi tiết; chưa có gì bị thay đổi"},

    {"unknown_kind", "danh mục không có loại này", "kiểm tra chính tả theo danh mục"},
    {"unknown_field", "loại này không có trường đó", "kiểm tra chính tả theo danh mục"},
    {"wrong_type", "giá trị không đúng kiểu của trường", "nhập giá trị đúng kiểu ghi trong danh mục"},
    {"bad_date", "đây không phải là ngày hay giờ",
     "viết ngày như 2024-01-31 và giờ như 2024-01-31T08:00:00+07:00"},
    {"out_of_bounds", "số nằm ngoài giới hạn của trường", "nhập số trong giới hạn"},
    {"invalid_utf8", "văn bản không phải là UTF-8 hợp lệ", "lưu tệp dạng UTF-8 rồi thử lại"},
    {"missing_field", "thiếu một trường bắt buộc", "nhập giá trị cho trường đó"},
    {"unknown_value", "danh sách giá trị không có giá trị này", "dùng một giá trị có trong danh mục"},
    {"value_too_long", "giá trị dài hơn mức cho phép của một trường", "rút ngắn, hoặc đính kèm thành tệp"},
    {"bad_json", "văn bản không phải là JSON hợp lệ", "sửa tại chỗ đã nêu"},
    {"duplicate_key", "một đối tượng JSON có cùng một khóa hai lần", "bỏ đi một khóa"},
    {"too_deep", "JSON lồng nhau sâu hơn 32 lớp", "làm cho nó phẳng hơn"},
    {"line_too_long", "một dòng của tệp dài hơn 1 MiB", "tách bản ghi hoặc rút ngắn văn bản"},
    {"unknown_record", "ở đây không có bản ghi này", "kiểm tra mã số, hoặc đồng bộ trước"},
    {"record_deleted", "bản ghi đã bị xóa", "khôi phục nó trước"},
    {"stale", "trường đã thay đổi sau khi được hiển thị", "xem giá trị mới rồi sửa lại"},
    {"record_exists", "đã có bản ghi mang mã số này với loại hoặc không gian khác", "dùng mã số khác"},
    {"bad_id", "đây không phải là mã số bản ghi",
     "mã số bản ghi là UUID, ví dụ 123e4567-e89b-42d3-a456-426614174000"},
    {"no_conflict", "trường không có giá trị xung đột như vậy",
     "xem `cotmoc conflicts ID` để biết các giá trị và số thứ tự"},
    {"not_allowed", "vai trò của thiết bị này không được làm việc đó", "nhờ cán bộ có vai trò phù hợp"},
    {"unknown_space", "thiết bị này không giữ không gian đó",
     "dùng một không gian mà `cotmoc status` liệt kê"},
    {"space_needed", "thiết bị được ghi vào nhiều không gian", "nêu một không gian bằng --space"},
    {"bad_query", "câu truy vấn không hợp lệ", "sửa lại; câu truy vấn chỉ được đọc"},
    {"wrong_shape", "kiểu của trường không nhận cách sửa này",
     "dùng = cho giá trị, += và -= chỉ cho bộ đếm và tập hợp, edit-text chỉ cho văn bản dài"},
    {"field_retired", "trường đã ngừng dùng, không nhận giá trị mới",
     "dùng trường thay thế; `show` vẫn cho xem giá trị cũ"},
    {"beyond_text", "vị trí nằm sau chỗ kết thúc của văn bản", "xem văn bản hiện tại rồi sửa lại"},
    {"unknown_change", "lịch sử của bản ghi không có thay đổi này",
     "xem các thay đổi bằng `cotmoc show ID --history --json`"},
    {"ambiguous_change", "bản ghi có nhiều thay đổi bắt đầu như vậy", "nhập thêm chữ số"},
    {"void_change", "thay đổi đó không có hiệu lực nên sau nó không hiển thị gì",
     "chọn một thay đổi mà lịch sử không ghi là không có hiệu lực"},

    {"bad_catalogue", "danh mục không hợp lệ", "sửa chỗ đã nêu"},
    {"catalogue_conflict", "danh mục mâu thuẫn với danh mục đang dùng",
     "chỉ được thêm, ngừng dùng, đổi tên bằng alias hoặc mở rộng kiểu; xem docs/catalogue.md"},
    {"bad_fleet", "tệp không liệt kê không gian đúng dạng", "xem dạng của tệp trong docs/cli.md"},

    {"wrong_passphrase", "mật khẩu không mở được tệp khóa", "thử lại; sau khi đổi hãy dùng mật khẩu mới"},
    {"key_file_damaged", "tệp khóa bị hỏng", "khôi phục key.cotmoc.previous hoặc bản sao lưu của tệp khóa"},
    {"no_passphrase", "chưa có mật khẩu",
     "đặt COTMOC_PASSPHRASE, dùng --passphrase-file, hoặc chạy trên cửa sổ lệnh"},
    {"weak_key_parameters", "tham số của tệp khóa nằm ngoài phạm vi cho phép",
     "khôi phục tệp khóa từ bản sao lưu"},
    {"out_of_memory", "không đủ bộ nhớ", "đóng các chương trình khác, hoặc chọn --kdf low khi tạo"},
    {"already_exists", "thư mục đã có một bản sao dữ liệu", "chọn thư mục khác"},
    {"no_replica", "thư mục không có bản sao dữ liệu nào", "tạo bằng init, hoặc nêu đúng thư mục với -C"},
    {"not_joined", "thiết bị chưa gia nhập tỉnh nào",
     "gửi yêu cầu của nó cho cơ quan cấp phép rồi gia nhập bằng giấy cấp"},
    {"already_joined", "thiết bị đã gia nhập rồi", "không cần làm gì; quyền mới sẽ đến khi đồng bộ"},
    {"wrong_grant", "giấy cấp dành cho thiết bị khác", "dùng giấy cấp làm từ yêu cầu của thiết bị này"},
    {"wrong_root", "giấy cấp do khóa gốc khác ký", "kiểm tra dấu vân tay trên áp phích ở cơ quan huyện"},
    {"root_needed", "dấu vân tay của khóa gốc chưa được xác nhận",
     "thêm --root với dấu vân tay trên áp phích"},
    {"bad_request", "đây không phải là yêu cầu hợp lệ", "tạo yêu cầu mới bằng `cotmoc request`"},
    {"bad_grant", "đây không phải là giấy cấp hợp lệ", "xin lại từ cơ quan cấp phép"},
    {"not_authority", "thư mục này không phải của cơ quan cấp phép", "chạy ở nơi đã chạy `authority init`"},
    {"already_enrolled", "đã có thiết bị mang tên hoặc khóa này", "chọn tên khác, hoặc xem `authority list`"},
    {"unknown_role", "không có vai trò như vậy",
     "dùng border_post, district_officer, province_officer hoặc hub"},
    {"no_epoch_key", "không giữ khóa của không gian và giai đoạn đó", "đồng bộ rồi thử lại"},

    {"bad_envelope", "một phong bì sai dạng", "không cần làm gì; bên gửi bị từ chối"},
    {"unknown_author", "ở đây không có chứng thư của tác giả", "đồng bộ nguồn tin cậy trước"},
    {"bad_signature", "một chữ ký không đúng", "không cần làm gì; nội dung nó ký bị từ chối"},
    {"broken_chain", "một phong bì không nối tiếp chuỗi của nó", "chạy verify; chuỗi có thể đã bị rẽ nhánh"},
    {"wrong_commitment", "một phong bì được niêm phong bằng khóa khác",
     "chạy verify; khóa của bên gửi có thể sai"},
    {"cannot_decrypt", "một phong bì không giải mã được", "không cần làm gì; nó được giữ trong khu cách ly"},
    {"bad_compression", "dữ liệu nén sai dạng hoặc phình quá lớn",
     "không cần làm gì; nó được giữ trong khu cách ly"},
    {"bad_encoding", "dữ liệu không theo cách mã hóa duy nhất được chấp nhận",
     "không cần làm gì; nó được giữ trong khu cách ly"},
    {"waiting_for_dependency", "một phong bì nhắc đến phong bì khác chưa đến", "đồng bộ lại"},
    {"unsupported_version", "phiên bản này không biết định dạng hoặc bộ mã đó", "cập nhật chương trình"},
    {"limit_exceeded", "kích thước hoặc số lượng vượt giới hạn", "xem các giới hạn trong docs/spec"},
    {"forked_feed", "hai bộ thay đổi khác nhau ở cùng một vị trí của một chuỗi",
     "báo cho cơ quan cấp phép; xem docs/errors.md"},
    {"bad_trust_entry", "một mục của nguồn tin cậy không hợp lệ", "không cần làm gì; bên gửi bị từ chối"},
    {"wrong_space", "một phong bì thuộc không gian mà thiết bị này không giữ",
     "không cần làm gì; nó bị từ chối"},

    {"busy", "một tiến trình khác đang mở bản sao dữ liệu này", "đóng nó lại rồi thử lại"},
    {"disk_full", "đĩa đã đầy", "giải phóng chỗ trống rồi thử lại; không mất gì cả"},
    {"io_error", "đĩa hoặc hệ thống tệp báo lỗi", "kiểm tra đĩa rồi chạy verify"},
    {"database_damaged", "cơ sở dữ liệu bị hỏng hoặc được tạo bằng khóa khác",
     "khôi phục từ bản sao lưu, hoặc đăng ký lại rồi đồng bộ"},
    {"old_sqlite", "phiên bản SQLite này có thể làm hỏng cơ sở dữ liệu",
     "biên dịch với SQLite 3.51.3 trở lên"},
    {"newer_database", "cơ sở dữ liệu được tạo bởi phiên bản mới hơn", "cập nhật chương trình"},
    {"cannot_read_file", "không đọc được tệp", "kiểm tra tên và quyền của tệp"},

    {"no_answer", "bên kia không trả lời kịp",
     "kiểm tra đường truyền; lần đồng bộ sau sẽ tiếp tục từ chỗ dừng"},
    {"connection_failed", "không kết nối được", "kiểm tra địa chỉ và đường truyền"},
    {"connection_lost", "kết nối bị đứt", "đồng bộ lại; nó sẽ tiếp tục từ chỗ dừng"},
    {"handshake_failed", "bên kia không phải là trạm mà thiết bị này tin cậy, hoặc không nói giao thức này",
     "kiểm tra địa chỉ; báo cho tỉnh nếu vẫn vậy"},
    {"protocol_error", "bên kia gửi thông điệp sai trình tự",
     "cập nhật cả hai chương trình; báo cho tỉnh nếu vẫn vậy"},
    {"not_enrolled", "trạm trung chuyển không biết thiết bị này", "nhờ cơ quan cấp phép đồng bộ rồi thử lại"},
    {"no_hub", "chưa biết trạm trung chuyển nào", "nêu một lần bằng --hub HOST:PORT"},
    {"cannot_listen", "không thể lắng nghe ở địa chỉ này", "chọn địa chỉ hoặc cổng khác"},
    {"diverged", "hai bản sao có cùng lịch sử mà mã tóm tắt khác nhau",
     "chạy verify ở cả hai và báo cho tỉnh"},
};

}  // namespace

const ErrorText* vietnamese_text(std::string_view error_name) {
    for (const ErrorText& text : texts) {
        if (text.name == error_name) {
            return &text;
        }
    }
    return nullptr;
}

}  // namespace cotmoc::cli
