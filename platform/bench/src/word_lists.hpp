// Words of the reports of a border province, for generated records.
#pragma once

#include <array>

namespace cotmoc::bench {

inline constexpr const char* generated_catalogue = R"({"catalogue":"bench-generated","version":1,"kinds":{"entry":{
"label":"Bản ghi","dated_by":"date","fields":{
"category":{"type":"text","merge":"latest","indexed":true},
"district":{"type":"text","merge":"latest","indexed":true},
"commune":{"type":"text","merge":"latest"},
"title":{"type":"text","merge":"latest","searchable":true},
"date":{"type":"date","merge":"latest","indexed":true},
"lat":{"type":"real","merge":"latest"},
"lon":{"type":"real","merge":"latest"},
"count":{"type":"integer","merge":"latest"},
"amount":{"type":"integer","merge":"latest"},
"status":{"type":"text","merge":"latest"},
"narrative":{"type":"text","merge":"latest","searchable":true}}}}})";

inline constexpr std::array categories = {"delegation", "agreement", "training", "incident", "patrol",
                                          "project", "conference", "twinning", "award", "inspection"};
inline constexpr std::array districts = {"Đắk Glei", "Ngọc Hồi", "Sa Thầy", "Ia H'Drai", "Tu Mơ Rông",
                                         "Đắk Tô", "Kon Plông", "Đắk Hà", "Kon Rẫy", "Đắk Mil",
                                         "Tuy Đức", "Nậm Pồ", "Mường Nhé", "Sốp Cộp", "Yên Châu"};
inline constexpr std::array commune_first = {"Đắk", "Bờ", "Ia", "Mường", "Nậm", "Sa", "Mô",
                                             "Rờ", "Tân", "Xuân", "Chiềng", "Ngọc", "Thạch", "Hòa"};
inline constexpr std::array commune_second = {"Nhoong", "Blô", "Y", "Long", "Dục", "Kroong", "Môn",
                                              "Rai", "Loong", "Kan", "Cảnh", "Thủy", "Lâm", "Tơi"};
inline constexpr std::array states = {"đã duyệt", "đã gửi", "chờ duyệt", "tạm dừng", "hoàn thành", "mới"};
inline constexpr std::array title_starts = {"Đón tiếp", "Thỏa thuận", "Báo cáo", "Tuần tra chung", "Tập huấn",
                                            "Trao đổi", "Kiểm tra", "Hội nghị", "Ký kết", "Khảo sát"};
inline constexpr std::array sentence_starts = {"Đoàn công tác", "Đồn biên phòng", "Ủy ban nhân dân xã",
                                               "Hai bên", "Lực lượng chức năng", "Bà con trong bản", "Cán bộ huyện",
                                               "Sở Ngoại vụ", "Phía bạn Lào", "Trưởng thôn A Blong"};
inline constexpr std::array phrases = {
    "cột mốc", "đường biên", "cửa khẩu phụ", "tuần tra song phương", "hữu nghị", "kết nghĩa", "hội đàm",
    "trao đổi thông tin", "phòng chống ma túy", "buôn lậu", "vượt biên trái phép", "xâm canh", "di cư tự do",
    "quản lý đất đai", "nước sạch", "trường học", "trạm y tế", "đường giao thông", "cà phê", "lúa nương",
    "chăn nuôi", "bảo vệ rừng", "môi trường", "tài trợ", "phi chính phủ", "kinh phí", "triệu đồng", "dự án",
    "mô hình", "tập huấn", "tuyên truyền", "pháp luật", "biên giới", "an ninh trật tự", "quốc phòng", "nhân dân",
    "già làng", "trẻ em", "phụ nữ", "thanh niên", "lao động", "việc làm", "hộ nghèo", "hỗ trợ", "bàn giao",
    "khánh thành", "nghiệm thu", "kiểm tra", "giám sát", "đánh giá", "kiến nghị", "báo cáo", "kế hoạch",
    "chương trình", "thỏa thuận", "hợp tác", "phối hợp", "thống nhất", "triển khai", "hoàn thành", "quý II",
    "cùng kỳ", "tăng", "giảm", "so với năm trước", "khắc phục", "thiên tai", "lũ quét", "sạt lở", "mưa lớn",
    "liên lạc", "mất sóng", "văn hóa", "lễ hội", "cồng chiêng", "thể thao", "giáo dục", "y tế", "dịch bệnh",
    "kiểm dịch", "hàng hóa", "xuất nhập khẩu", "thương mại", "chợ biên giới", "du lịch", "đối ngoại", "ngoại vụ",
    "đại biểu", "tỉnh Attapeu", "tỉnh Sekong", "tỉnh Ratanakiri", "Nguyễn Văn Hùng", "Y Nhiên", "A Thuận",
    "Trần Thị Mai", "Lê Đức Thọ", "xã hội", "kinh tế", "hậu quả", "sự việc", "giai đoạn", "hiệu quả", "thường xuyên"};

}  // namespace cotmoc::bench
