"""How Vietnamese read the Chinese characters that their names are written with: the commonest families and names.

A name written in a Chinese paper and the same name in a Vietnamese one share no letter. Source: interface, finding 9.
"""

from typing import Final

VIETNAMESE: Final[dict[str, str]] = {
    "阮": "Nguyễn", "陳": "Trần", "陈": "Trần", "黎": "Lê", "范": "Phạm", "黃": "Hoàng", "黄": "Hoàng", "潘": "Phan",
    "武": "Vũ", "鄧": "Đặng", "邓": "Đặng", "裴": "Bùi", "杜": "Đỗ", "胡": "Hồ", "吳": "Ngô", "吴": "Ngô",
    "楊": "Dương",
    "杨": "Dương", "李": "Lý", "陶": "Đào", "段": "Đoàn", "丁": "Đinh", "林": "Lâm", "梅": "Mai", "鄭": "Trịnh",
    "郑": "Trịnh", "張": "Trương", "张": "Trương", "高": "Cao", "氏": "Thị", "文": "Văn", "德": "Đức", "明": "Minh",
    "香": "Hương", "花": "Hoa", "蘭": "Lan", "兰": "Lan", "芳": "Phương", "秋": "Thu", "春": "Xuân", "雪": "Tuyết",
    "玉": "Ngọc", "月": "Nguyệt", "紅": "Hồng", "红": "Hồng", "青": "Thanh", "清": "Thanh", "水": "Thủy", "雄": "Hùng",
    "勇": "Dũng", "安": "An", "英": "Anh", "平": "Bình", "龍": "Long", "龙": "Long", "海": "Hải", "江": "Giang",
    "山": "Sơn", "孝": "Hiếu", "忠": "Trung", "國": "Quốc", "国": "Quốc", "金": "Kim", "鸞": "Loan", "鸾": "Loan",
}  # fmt: skip
