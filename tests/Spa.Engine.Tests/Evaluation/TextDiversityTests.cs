using Spa.Engine.Evaluation;

namespace Spa.Engine.Tests.Evaluation;

internal sealed class TextDiversityTests
{
    private static readonly Gen<int[][]> s_texts = Gen.Int[0, 4].Array[0, 9].Array[2, 8];

    [Test]
    public void Texts_in_another_order_are_as_diverse() => s_texts.Sample(texts =>
    {
        int[][] turned = [.. texts.Reverse()];
        Assert.That(TextDiversity.Distinct(turned, 2), Is.EqualTo(TextDiversity.Distinct(texts, 2)));
        // The same terms summed in another order.
        Assert.That(TextDiversity.SelfBleu(turned), Is.EqualTo(TextDiversity.SelfBleu(texts)).Within(1e-12));
    }, iter: 300);

    [Test]
    public void Self_bleu_is_what_comparing_every_text_with_every_other_gives() => s_texts.Sample(texts =>
    {
        int[][] written = [.. texts.Where(t => t.Length > 0)];
        double expected = written.Length < 2 ? double.NaN : Enumerable.Range(0, written.Length).Average(i => Bleu(written[i], [.. written.Where((_, j) => j != i)]));
        Assert.That(TextDiversity.SelfBleu(texts), Is.EqualTo(expected).Within(1e-12));
    }, iter: 300);

    [Test]
    public void Copies_have_self_bleu_1_and_texts_that_share_nothing_0()
    {
        Assert.That(TextDiversity.SelfBleu([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]), Is.EqualTo(1).Within(1e-15));
        Assert.That(TextDiversity.SelfBleu([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]), Is.Zero);
        Assert.That(TextDiversity.Distinct([[1, 1, 2], [1, 2]], 1), Is.EqualTo(2.0 / 5));
        Assert.That(TextDiversity.Distinct([[1, 1, 2], [1, 2]], 2), Is.EqualTo(2.0 / 3));
        Assert.That(TextDiversity.Distinct([[1], []], 2), Is.NaN);
    }

    // The definition, word for word.
    private static double Bleu(int[] text, int[][] others)
    {
        double log = 0;
        for (int n = 1; n <= 4; n++)
        {
            string[] grams = Grams(text, n);
            double added = n == 1 ? 0 : 1;
            double matches = grams.Distinct().Sum(g => Math.Min(grams.Count(x => x == g), others.Max(o => Grams(o, n).Count(x => x == g))));
            log += Math.Log((matches + added) / (grams.Length + added)) / 4;
        }
        double nearest = others.Select(o => o.Length).OrderBy(length => Math.Abs(length - text.Length)).ThenBy(length => length).First();
        return Math.Exp(log + Math.Min(0, 1 - nearest / text.Length));
    }

    private static string[] Grams(int[] text, int n) => [.. Enumerable.Range(0, Math.Max(0, text.Length - n + 1)).Select(i => string.Join(' ', text.Skip(i).Take(n)))];
}
