using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class RegexPatternTests
{
    [TestCase(KnownPatterns.Gpt2)]
    [TestCase(KnownPatterns.Llama3)]
    [TestCase(KnownPatterns.Qwen2)]
    public void The_scanner_of_a_known_pattern_cuts_as_the_pattern_does(string pattern)
    {
        ITextPattern scanner = KnownPatterns.Find(pattern)!;
        RegexPattern general = new(pattern);
        TestTexts.Text.Sample(text => Matches(scanner, text).SequenceEqual(Matches(general, text)), iter: 3000);
    }

    [TestCase("a|ab", "abab", "a,a")]
    [TestCase("(?:a|ab)(?:c|b)", "abc", "ab")]
    [TestCase("a*?b", "aaab", "aaab")]
    [TestCase("a+?", "aaa", "a,a,a")]
    [TestCase("a{2,3}", "aaaaaa", "aaa,aaa")]
    [TestCase("a{2}", "aaaaa", "aa,aa")]
    [TestCase("(?:ab){2,}", "ababab", "ababab")]
    [TestCase("(?:ab){1,2}?", "abab", "ab,ab")]
    [TestCase("a++b", "aab", "aab")]
    [TestCase("a++ab", "aaab", "")]
    [TestCase("(?>a|ab)c", "abc", "")]
    [TestCase("(?:a|b)*+b", "abab", "")]
    [TestCase(@"\s+(?!\S)|\s+", "a   b", "  , ")]
    [TestCase("a(?=b)", "acab", "a")]
    [TestCase(@"^\w+$", "one\ntwo", "one,two")]
    [TestCase(@"\Aa|b\z", "aabb", "a,b")]
    [TestCase(@"[^\p{L}\s]+", "ab1😀 c", "1😀")]
    [TestCase(@"\p{^L}|\P{N}", "1a", "1,a")]
    [TestCase(@"[a-c\-\]x-]+", "a-]bxd", "a-]bx")]
    [TestCase(@"\x41\u0042\x{1F600}", "AB😀", "AB😀")]
    [TestCase("(?i)k(?-i:k)", "Kk kK \u212Ak", "Kk,\u212Ak")]
    [TestCase("(?i:[a-s])+", "xS\u017Fy", "S\u017F")]
    [TestCase(".", "a\n😀", "a,😀")]
    public void A_pattern_finds_what_it_says(string pattern, string text, string expected) =>
        Assert.That(string.Join(',', Matches(new RegexPattern(pattern), text).Select(match => text.Substring(match.Start, match.Length))), Is.EqualTo(expected));

    [TestCase("(?<=a)b", "(?<=")]
    [TestCase(@"\p{Han}", @"\p{Han}")]
    [TestCase("[a[b]]", "a class inside a class")]
    [TestCase("[a&&b]", "&&")]
    [TestCase("(a*)*", "can match nothing")]
    [TestCase("(a", "not closed")]
    [TestCase("a)", "unmatched")]
    [TestCase("[a", "not closed")]
    [TestCase("[]", "empty class")]
    [TestCase("[z-a]", "backwards")]
    [TestCase("*a", "nothing before it")]
    [TestCase("a{3,2}", "malformed")]
    [TestCase("a{2}+", "two ways")]
    [TestCase("a{9999}", "more than 1000")]
    [TestCase("(?:(?:a{1,900}){900}b){900}", "too large")]
    [TestCase(@"\b", @"\b")]
    [TestCase(@"\", "lone")]
    [TestCase(@"\x4", "hexadecimal")]
    [TestCase("(?i:\u00E9)", "beyond ASCII")]
    [TestCase(@"(?i:\p{Lu})", "case is ignored")]
    public void A_pattern_with_something_unknown_is_refused_by_name(string pattern, string named) =>
        Assert.That(() => new RegexPattern(pattern), Throws.TypeOf<FormatException>().With.Message.Contains(named));

    [Test]
    public void Groups_nested_without_end_are_refused() =>
        Assert.That(() => new RegexPattern(new string('(', 100_000) + new string(')', 100_000)), Throws.TypeOf<FormatException>().With.Message.Contains("nested"));

    [Test]
    public void A_pattern_that_backtracks_without_end_is_stopped() =>
        Assert.That(() => Matches(new RegexPattern("(?:a+)+b"), new string('a', 60)), Throws.TypeOf<SpaException>().With.Message.Contains("backtracks"));

    private static List<(int Start, int Length)> Matches(ITextPattern pattern, string text)
    {
        List<(int, int)> matches = [];
        long steps = PatternSteps.For(text.Length);
        for (int from = 0; from < text.Length && pattern.TryFind(text, from, ref steps, out int start, out int length); from = start + length) matches.Add((start, length));
        return matches;
    }
}
