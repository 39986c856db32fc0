"""Units that people mix up, and the factor between them."""

from __future__ import annotations

FACTORS = {
    "knots and miles an hour": 1.15078, "miles and kilometres": 1.609344, "knots and kilometres an hour": 1.852, "kilograms and pounds": 2.2046226, "miles an hour and metres a second": 2.23694,
    "inches and centimetres": 2.54, "metres and feet": 3.28084, "kilometres an hour and metres a second, or m3/h and l/s": 3.6, "gallons and litres": 3.785412, "centimetres and millimetres": 10.0,
    "feet and inches": 12.0, "mmol/L and mg/dL of glucose": 18.016, "days and hours": 24.0, "inches and millimetres": 25.4, "ounces and grams": 28.3495, "feet and centimetres": 30.48,
    "mmol/L and mg/dL of cholesterol": 38.67, "minutes and hours, or seconds": 60.0, "a unit and hundredths of it, such as shares and per cents, metres and centimetres, or sums and cents": 100.0,
    "a unit and thousands of it": 1e3, "hours and seconds": 3600.0, "a unit and ten thousands of it": 1e4, "a unit and hundred thousands of it": 1e5, "a unit and millions of it": 1e6,
    "a unit and billions of it": 1e9,
}  # fmt: skip
