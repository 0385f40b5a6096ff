using System.Runtime.InteropServices;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;

namespace Spa.Engine.Tests.Compute.Cuda;

internal sealed class AttentionWorkTests
{
    [Test]
    public void Every_packed_row_is_in_one_tile_and_tiles_go_from_long_to_short([Values(16, 64, 128)] int tileRows) => AttentionCase.Random.Sample(c =>
    {
        int group = c.Shape.Heads / c.Shape.KvHeads;
        AttentionWork work = AttentionWork.Of(c.Batch(), c.Rows, group, tileRows);
        AttentionItem[] items = Items(work);
        var covered = new int[c.Rows * group];
        foreach (AttentionItem item in items)
        {
            for (int i = 0; i < item.Count; i++) covered[item.Row * group + item.First + i]++;
            int keys = c.Segments.Where(s => s.Count > 0 && s.Start == item.Row).Select(s => s.PrefixCount + (item.First + item.Count - 1) / group + 1).SingleOrDefault();
            Assert.That(item.Keys, Is.EqualTo(keys), $"{item}: {c}");
            Assert.That(item.BlockEnd, Is.EqualTo((item.Keys + 63) / 64));
        }

        Assert.That(covered, Is.All.EqualTo(1), c.ToString());
        Assert.That(items.Select(item => item.Keys), Is.Ordered.Descending);
        Assert.That(work.Keys, Is.EqualTo(items.Select(item => item.Keys).DefaultIfEmpty().Max()));
    }, iter: 100, threads: 1);

    [Test]
    public void Every_row_is_in_one_tile_of_keys_with_all_that_see_it() => AttentionCase.Random.Sample(c =>
    {
        AttentionWork work = AttentionWork.Of(c.Batch(), c.Rows, 1, 64);
        ReadOnlySpan<int> words = work.Words;
        var seen = new List<int>[c.Rows];
        for (int t = 0; t < work.Tiles; t++)
        {
            ReadOnlySpan<int> tile = words[(work.TilesOffset / 4 + 4 * t)..];
            int[] viewers = words.Slice(work.ViewersOffset / 4 + tile[2], tile[3]).ToArray();
            for (int row = tile[0]; row < tile[0] + tile[1]; row++)
            {
                Assert.That(seen[row], Is.Null);
                seen[row] = [.. viewers];
            }
        }

        for (int row = 0; row < c.Rows; row++)
        {
            int r = row;
            int[] expected = [.. Enumerable.Range(0, c.Segments.Length).Where(i => Sees(c.Segments[i], r))];
            Assert.That(seen[row], Is.EqualTo(expected), $"row {row}: {c}");
        }
    }, iter: 100, threads: 1);

    [Test]
    public void Places_of_the_parts_stand_while_batches_are_no_larger()
    {
        var batch = new AttentionBatch();
        for (int i = 0; i < 20; i++) batch.Add(new AttentionSegment(100 * i, 100));
        AttentionWork work = AttentionWork.Of(batch, 2000, 4, 128);
        int stamp = work.Stamp;
        (int, int, int) places = (work.TilesOffset, work.SegmentsOffset, work.ViewersOffset);
        Assert.That(AttentionWork.Of(batch, 2000, 4, 128).Stamp, Is.EqualTo(stamp));
        batch.Clear();
        batch.Add(new AttentionSegment(0, 700));
        Assert.That(AttentionWork.Of(batch, 700, 4, 128), Is.SameAs(work));
        Assert.That(work.Stamp, Is.Not.EqualTo(stamp));
        Assert.That((work.TilesOffset, work.SegmentsOffset, work.ViewersOffset), Is.EqualTo(places));
    }

    [Test]
    public void Building_a_list_again_allocates_nothing()
    {
        var batch = new AttentionBatch();
        var rows = new PagedRows();
        int[] pages = [.. Enumerable.Range(0, 100)];
        long before = 0;
        for (int round = 0; round < 20; round++)
        {
            if (round == 10) before = GC.GetAllocatedBytesForCurrentThread();
            batch.Clear();
            for (int i = 0; i < 20; i++) batch.Add(new AttentionSegment(100 * i, 100, 0, i == 0 ? 0 : 50));
            AttentionWork.Of(batch, 2010, 4, 128);
            rows.Clear();
            for (int sequence = 0; sequence < 20; sequence++)
            {
                rows.SetPages(sequence, pages);
                for (int i = 0; i <= sequence; i++) rows.Add(sequence, 1500 + i);
            }

            PagedWork.Of(rows, 100, 4, new AttentionTiling(64, false)).CheckPages(rows, 0);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static bool Sees(AttentionSegment segment, int row) =>
        (row >= segment.Start && row < segment.Start + segment.Count) || (segment.Count > 0 && row >= segment.PrefixStart && row < segment.PrefixStart + segment.PrefixCount);

    private static AttentionItem[] Items(AttentionWork work) => MemoryMarshal.Cast<int, AttentionItem>(work.Words[(AttentionWork.ItemsOffset / 4)..])[..work.Items].ToArray();
}
