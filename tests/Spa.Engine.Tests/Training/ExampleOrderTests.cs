using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

internal sealed class ExampleOrderTests
{
    [Test]
    public void Every_epoch_is_a_permutation()
    {
        Gen.Select(Gen.Int[1, 200], Gen.ULong, Gen.Int[0, 50]).Sample((count, seed, epoch) =>
            Assert.That(Of(count, seed, epoch).Order(), Is.EqualTo(Enumerable.Range(0, count))), iter: 100);
    }

    [Test]
    public void Epochs_and_seeds_differ_and_nothing_else_matters()
    {
        int[] first = Of(100, 42, 0);
        Assert.Multiple(() =>
        {
            Assert.That(Of(100, 42, 1), Is.Not.EqualTo(first));
            Assert.That(Of(100, 43, 0), Is.Not.EqualTo(first));
            Assert.That(first, Is.Not.EqualTo(Enumerable.Range(0, 100)));
            var order = new ExampleOrder(100, true, 42);
            _ = order[7, 3];
            Assert.That(Enumerable.Range(0, 100).Select(i => order[0, i]), Is.EqualTo(first), "epochs may be asked for in any order");
        });
    }

    [Test]
    public void Without_shuffling_it_is_the_order_of_the_file()
    {
        var order = new ExampleOrder(10, false, 42);
        Assert.That(Enumerable.Range(0, 10).Select(i => order[3, i]), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void First_places_are_spread_evenly()
    {
        // 10,000 epochs of 10: each example is first 1,000 times, with a deviation of 30; six of them is far outside chance.
        var counts = new int[10];
        var order = new ExampleOrder(10, true, 1);
        for (int epoch = 0; epoch < 10_000; epoch++) counts[order[epoch, 0]]++;
        Assert.That(counts, Is.All.InRange(820, 1180));
    }

    private static int[] Of(int count, ulong seed, int epoch)
    {
        var order = new ExampleOrder(count, true, seed);
        return [.. Enumerable.Range(0, count).Select(i => order[epoch, i])];
    }
}
